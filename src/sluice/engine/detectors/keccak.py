"""Keccak-256 as Ethereum uses it: SHA-3 before it was padded as in FIPS 202.

`hashlib` has only the standardised SHA-3. The permutation is that of FIPS 202, section 3.
"""

from __future__ import annotations

from typing import Final

_MASK: Final = (1 << 64) - 1
_RATE: Final = 136


def _round_constants() -> tuple[int, ...]:
    """The 24 constants, from the linear feedback shift register of FIPS 202, algorithm 5."""
    register, constants = 1, []
    for _ in range(24):
        constant = 0
        for power in range(7):
            if register & 1:
                constant |= 1 << ((1 << power) - 1)
            register = register << 1 ^ (0x171 if register >> 7 else 0)
        constants.append(constant)
    return tuple(constants)


def _steps() -> tuple[tuple[int, int, int], ...]:
    """Rho and pi together: (from lane, to lane, rotation), lanes numbered x + 5y."""
    x, y, steps = 1, 0, [(0, 0, 0)]
    for step in range(24):
        after = (y, (2 * x + 3 * y) % 5)
        steps.append((x + 5 * y, after[0] + 5 * after[1], (step + 1) * (step + 2) // 2 % 64))
        x, y = after
    return tuple(steps)


_CONSTANTS: Final = _round_constants()
_STEPS: Final = _steps()


def _rotated(lane: int, by: int) -> int:
    return (lane << by | lane >> (64 - by)) & _MASK


def _permuted(lanes: list[int]) -> list[int]:
    for constant in _CONSTANTS:
        column = [
            lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]
            for x in range(5)
        ]
        mixed = [column[x - 1] ^ _rotated(column[(x + 1) % 5], 1) for x in range(5)]
        moved = [0] * 25
        for source, target, by in _STEPS:
            moved[target] = _rotated(lanes[source] ^ mixed[source % 5], by)
        lanes = [
            moved[i] ^ (~moved[i - i % 5 + (i + 1) % 5] & moved[i - i % 5 + (i + 2) % 5])
            for i in range(25)
        ]
        lanes[0] ^= constant
    return lanes


def keccak_256(data: bytes) -> bytes:
    """The 32-byte digest of `data`."""
    padded = bytearray(data) + b"\x01" + bytes(-(len(data) + 1) % _RATE)
    padded[-1] |= 0x80
    lanes = [0] * 25
    for block in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            at = block + 8 * lane
            lanes[lane] ^= int.from_bytes(padded[at : at + 8], "little")
        lanes = _permuted(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])
