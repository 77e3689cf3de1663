#!/usr/bin/env python3
"""Makes numbers.csv: what another implementation says of invented phone numbers.

Each row is a number as somebody might write it, the region of the client that has it (or none), and the phone number in
E.164 that it stands for (or none). The readings and their order are those of `NumberInfo::derive`; what is a valid
number, and where, is left to the Python package `phonenumbers`. The numbers are the package's own examples of each
region with random digits in the places of the subscriber's. To make the table anew:

    pip install phonenumbers==9.0.43
    python3 numbers.py > numbers.csv
"""

import random
import sys

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

REGIONS = (
    "NG GB US DE IN BR KE ZA ID EG GH FR ES IT PT NL PL RO UA RU TR SA AE IL IR PK BD LK TH VN PH MY SG CN JP KR AU NZ "
    "MX AR CO CL CA TZ UG ET MA DZ CI SN"
).split()
ROWS = 2_000
KINDS = [
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.VOIP,
]
MOST_DIGITS = 15
FEWEST_DIGITS = 8
LOOSE = " \u00a0\t-\u2010\u2011\u2013.()/"


def derive(text, region):
    """The phone number that a text stands for, as `NumberInfo::derive` reads it."""
    digits = digits_of_phone(text)
    if digits is None:
        return None
    if text[0] in "+\uff0b":
        return valid(text, None)
    return (
        (valid(text, region) if region else None)
        or (valid("+" + digits[2:], None) if digits.startswith("00") else None)
        or (valid("+" + digits, None) if len(digits) >= FEWEST_DIGITS else None)
    )


def digits_of_phone(text):
    digits = ""
    for at, character in enumerate(text):
        if character in "0123456789":
            digits += character
        elif not (character in LOOSE or (at == 0 and character in "+\uff0b")):
            return None
    return digits if digits and len(digits) <= MOST_DIGITS + 5 else None


def valid(text, region):
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return e164 if len(e164) <= MOST_DIGITS + 1 else None


def invented(chance, region, kind):
    """An example of the region with other digits behind its first few: valid more often than not."""
    example = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    national = phonenumbers.national_significant_number(example)
    kept = chance.choice([2, 3, 4])
    digits = national[:kept] + "".join(chance.choice("0123456789") for _ in national[kept:])
    return phonenumbers.PhoneNumber(
        country_code=example.country_code,
        national_number=int(digits),
        italian_leading_zero=digits.startswith("0") or None,
        number_of_leading_zeros=None if not digits.startswith("0") else len(digits) - len(digits.lstrip("0")),
    )


def forms(chance, number, region):
    """Ways to write it, each with the region of a client that might."""
    write = phonenumbers.format_number
    abroad = chance.choice([other for other in REGIONS if other != region])
    e164 = write(number, PhoneNumberFormat.E164)
    international = write(number, PhoneNumberFormat.INTERNATIONAL)
    national = write(number, PhoneNumberFormat.NATIONAL)
    significant = phonenumbers.national_significant_number(number)
    digits = e164[1:]
    wrong = chance.choice("0123456789")
    return [
        (national, region),
        (digits_of(national), region),
        (national.replace(" ", "-"), region),
        (national, abroad),
        (digits_of(national), ""),
        (significant, region),
        (significant, abroad),
        (e164, region),
        (e164, ""),
        (international, abroad),
        (international.replace(" ", "\u00a0"), region),
        ("\uff0b" + digits, ""),
        ("+ " + digits, region),
        ("+" + digits[:3] + " (" + digits[3:6] + ") " + digits[6:], ""),
        ("00" + digits, region),
        ("00" + digits, ""),
        ("00 " + international[1:], abroad),
        (write_from(number, abroad), abroad),
        (write_from(number, region), region),
        (digits, region),
        (digits, abroad),
        (digits, ""),
        (international[1:], ""),
        (".".join(digits[at : at + 3] for at in range(0, len(digits), 3)), region),
        ("(" + digits[:4] + ") " + digits[4:8] + "\u2013" + digits[8:], ""),
        # Too short, too long, another first digit, another number altogether.
        (e164[:-chance.choice([1, 2, 3])], region),
        (e164 + wrong, ""),
        (digits_of(national)[:-1], region),
        (digits_of(national) + wrong, region),
        (digits[:-1], abroad),
        (digits + wrong * 2, ""),
        (wrong + significant, region),
        (wrong + digits, ""),
        ("+" + wrong + significant, ""),
        ("00" + significant, region),
        ("000" + digits, region),
        (digits + digits, region),
        # What isn't written as phone numbers are.
        ("tel:" + e164, region),
        (international + " x" + wrong, region),
        (national + " or " + national, region),
        ("call " + digits, region),
        (digits + "-" + significant, ""),
        (significant[: chance.choice([1, 3, 5, 6])], region),
    ]


def digits_of(text):
    return "".join(character for character in text if character in "0123456789")


def write_from(number, region):
    return phonenumbers.format_out_of_country_calling_number(number, region)


def main():
    chance = random.Random(2024)
    rows = {}
    turn = 0
    while len(rows) < ROWS:
        region = REGIONS[turn % len(REGIONS)]
        number = invented(chance, region, KINDS[turn // len(REGIONS) % len(KINDS)])
        for text, home in chance.sample(forms(chance, number, region), 8):
            if text.strip() and not set(text) & set(",\"\n") and len(rows) < ROWS:
                rows[text.strip(), home] = derive(text.strip(), home) or ""
        turn += 1
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    print("text,region,e164")
    for (text, home), e164 in rows.items():
        print(f"{text},{home},{e164}")


main()
