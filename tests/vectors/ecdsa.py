"""ECDSA verification over P-256 and P-384 (SP 800-186, FIPS 186-5), in Python's integers.

All inputs are public: nothing here is constant in time.
"""

from functools import lru_cache


class Curve:
    """y2 = x3 - 3x + b over the integers modulo p; the group has the prime order n and no cofactor."""

    def __init__(self, size, p, b, n, gx, gy):
        self.size, self.p, self.b, self.n, self.g = size, p, b, n, (gx, gy)

    def contains(self, x, y):
        return x < self.p and y < self.p and (y * y - (x * x * x - 3 * x + self.b)) % self.p == 0

    def double(self, point):
        if point is None:
            return None
        p, (x, y, z) = self.p, point
        delta, gamma = z * z % p, y * y % p
        beta = x * gamma % p
        alpha = 3 * (x - delta) * (x + delta) % p
        x3 = (alpha * alpha - 8 * beta) % p
        z3 = ((y + z) ** 2 - gamma - delta) % p
        return (x3, (alpha * (4 * beta - x3) - 8 * gamma * gamma) % p, z3)

    def add(self, left, right):
        if left is None or right is None:
            return right if left is None else left
        p, (x1, y1, z1), (x2, y2, z2) = self.p, left, right
        z1z1, z2z2 = z1 * z1 % p, z2 * z2 % p
        u1, u2 = x1 * z2z2 % p, x2 * z1z1 % p
        s1, s2 = y1 * z2 * z2z2 % p, y2 * z1 * z1z1 % p
        if u1 == u2:
            return self.double(left) if s1 == s2 else None
        h, r = (u2 - u1) % p, (s2 - s1) % p
        hh = h * h % p
        hhh, v = h * hh % p, u1 * hh % p
        x3 = (r * r - hhh - 2 * v) % p
        return (x3, (r * (v - x3) - s1 * hhh) % p, z1 * z2 * h % p)

    def combine(self, u1, u2, point):
        """u1 times the generator plus u2 times the point, bit by bit, doubling once for both."""
        g, q = (*self.g, 1), (*point, 1)
        table = (None, g, q, self.add(g, q))
        total = None
        for bit in range(max(u1.bit_length(), u2.bit_length()) - 1, -1, -1):
            total = self.double(total)
            total = self.add(total, table[(u1 >> bit & 1) | (u2 >> bit & 1) << 1])
        return total


P256 = Curve(
    32,
    2**256 - 2**224 + 2**192 + 2**96 - 1,
    0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
P384 = Curve(
    48,
    2**384 - 2**128 - 2**96 + 2**32 - 1,
    0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
    0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
)


@lru_cache(maxsize=None)
def verify(curve, point, digest, r, s):
    """Whether (r, s) is the signature of a digest, of the curve's size, by the key with this point (x, y)."""
    if not (curve.contains(*point) and 0 < r < curve.n and 0 < s < curve.n):
        return False
    w = pow(s, -1, curve.n)
    total = curve.combine(int.from_bytes(digest, "big") * w % curve.n, r * w % curve.n, point)
    if total is None:
        return False
    x, _, z = total
    return x * pow(z, -2, curve.p) % curve.p % curve.n == r


def verify_fixed(curve, point, digest, signature):
    """As verify, with r and s beside each other, each of the curve's size (RFC 9053 section 2.1)."""
    return (len(signature) == 2 * curve.size
            and verify(curve, point, digest, int.from_bytes(signature[:curve.size], "big"), int.from_bytes(signature[curve.size:], "big")))
