"""Bodies that Schemathesis doesn't know by itself."""

import schemathesis

TEXTS = ("application/x-ndjson", "text/csv")


@schemathesis.serializer(*TEXTS)
def text(ctx, value):
    """Goes out as it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@schemathesis.hook
def filter_case(ctx, case):
    """What is no text can't be sent as one: written down, it is a text after all, and may be a good one."""
    return case.media_type not in TEXTS or isinstance(case.body, (bytes, str))
