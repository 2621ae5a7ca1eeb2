"""Parameter names of timm's and DeiT's vision transformers in torchvision's spelling."""
import re

WHOLE = {"cls_token": "class_token", "pos_embed": "encoder.pos_embedding"}
PREFIXES = {"patch_embed.proj.": "conv_proj.", "norm.": "encoder.ln.", "head.": "heads.head."}
IN_BLOCK = {
    "norm1.": "ln_1.", "norm2.": "ln_2.", "attn.qkv.weight": "self_attention.in_proj_weight",
    "attn.qkv.bias": "self_attention.in_proj_bias", "attn.proj.": "self_attention.out_proj.", "mlp.fc1.": "mlp.0.",
    "mlp.fc2.": "mlp.3.",
}


def torchvision_name(name):
    if name in WHOLE:
        return WHOLE[name]
    block = re.fullmatch(r"blocks\.(\d+)\.(.+)", name)
    table = IN_BLOCK if block else PREFIXES
    rest = block.group(2) if block else name
    for theirs, ours in table.items():
        if rest.startswith(theirs):
            rest = ours + rest[len(theirs):]
            break
    return f"encoder.layers.encoder_layer_{block.group(1)}.{rest}" if block else rest
