"""Writes vit_positions.json: position embeddings for another picture size, by torchvision's interpolate_embeddings.

  python vit_positions.py > vit_positions.json
"""
import json

from torchvision.models.vision_transformer import interpolate_embeddings

from deterministic_weights import hashed

WIDTH = 4


def case(old_side, new_side):
    embedding = hashed((old_side ** 2 + 1) * WIDTH, 5).view(1, old_side ** 2 + 1, WIDTH)
    state = {"encoder.pos_embedding": embedding.clone()}
    resampled = interpolate_embeddings(new_side * 16, 16, state, "bicubic")["encoder.pos_embedding"]
    return {"old_side": old_side, "new_side": new_side, "old": embedding.flatten().tolist(),
            "new": resampled.flatten().tolist()}


if __name__ == "__main__":
    print(json.dumps([case(3, 5), case(7, 4), case(4, 4)]))
