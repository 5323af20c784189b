"""As much of the Protocol Buffers wire format as the conformance suite's protocol needs."""


def varint(value):
    out = b""
    while value >= 128:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def message(*fields):
    """(number, value) pairs; a value is a number, a text, bytes, or None, which is left out."""
    out = b""
    for number, value in fields:
        if value is None:
            continue
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def fields(data):
    """{number: [values]}, where a value is a number or bytes."""
    found, at = {}, 0

    def read():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = read()
        if key & 7 == 0:
            value = read()
        elif key & 7 == 2:
            size = read()
            value, at = data[at:at + size], at + size
        else:
            raise ValueError(f"wire type {key & 7}")
        found.setdefault(key >> 3, []).append(value)
    return found


def first(data, *path, default=b""):
    """The first value at a path of field numbers."""
    for number in path:
        values = fields(data).get(number)
        if not values:
            return default
        data = values[0]
    return data
