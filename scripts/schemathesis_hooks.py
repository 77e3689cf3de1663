"""Bodies that Schemathesis doesn't know by itself."""

import schemathesis


@schemathesis.serializer("application/x-ndjson", "text/csv")
def text(ctx, value):
    """Goes out as it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
