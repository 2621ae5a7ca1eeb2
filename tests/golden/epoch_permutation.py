"""Prints the orders that the permutation test pins, from an independent implementation.

    python3 tests/golden/epoch_permutation.py

Philox4x32-10 is checked against the known answers of Random123 first.
"""

MASK = 0xFFFFFFFF


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & MASK, (p0 >> 32) ^ c[3] ^ k[1], p0 & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def permute(position, size, seed, epoch):
    half = max(1, ((size - 1).bit_length() + 1) // 2)
    value = position
    while True:
        left, right = divmod(value, 1 << half)
        for round_number in range(12):
            word = philox([right, 0x6F726472, round_number, 0], [seed & MASK, epoch & MASK])[0]
            left, right = right, left ^ (word % (1 << half))
        value = (left << half) + right
        if value < 2:  # an odd permutation for half of the keys
            value ^= philox([0, 0x6F726472, 12, 0], [seed & MASK, epoch & MASK])[0] & 1
        if value < size:
            return value


assert philox([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
assert philox([MASK] * 4, [MASK] * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
print("size 10, seed 42, epoch 3:", [permute(i, 10, 42, 3) for i in range(10)])
print("size 1281167, seed 0, epoch 0, positions 0, 1, 1281166:",
      [permute(i, 1281167, 0, 0) for i in (0, 1, 1281166)])
