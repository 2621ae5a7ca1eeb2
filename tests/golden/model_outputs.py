"""Writes model_outputs.json: logits and gradient norms of networks that independent software builds.

torchvision 0.29.1 and timm 1.0.31 where they have the network; otherwise plain definitions in paper_networks.py. The
weights come from a formula of the parameter's name (deterministic_weights.py), so no weights are stored. Run:

  python model_outputs.py [name...]
"""
import json
import sys
from pathlib import Path

import timm
import torch
import torchvision

import paper_networks as papers
from deterministic_weights import fill, pictures
from timm_vit_names import torchvision_name

torch.set_num_threads(2)
tv = torchvision.models


def torchvision_model(name, **options):
    return lambda: tv.get_model(name, weights=None, **options)


def timm_model(name, **options):
    return lambda: timm.create_model(name, pretrained=False, **options)


def alexnet(**config):
    return {"type": "alexnet", "variant": "2012", **config}


def vgg(configuration, **config):
    return {"type": "vgg", "configuration": configuration, **config}


def googlenet(variant, **config):
    return {"type": "googlenet", "variant": variant, **config}


def resnet(depth, **config):
    return {"type": "resnet", "depth": depth, **config}


def cifar(depth, **config):
    return resnet(depth, family="cifar", num_classes=10, **config)


def vit(size, patch, **config):
    return {"type": "vit", "size": size, "patch_size": patch, **config}


def same(name):
    return name


# name: (our config, the Python network, picture side, channels, its names -> ours)
CASES = {
    "alexnet": (alexnet(variant="torchvision"), torchvision_model("alexnet"), 224, 3, same),
    "alexnet at 96 pixels": (alexnet(variant="torchvision"), torchvision_model("alexnet"), 96, 3, same),
    "alexnet_2012": (alexnet(), papers.alexnet_2012, 224, 3, same),
    "alexnet_2012, LRN of the code": (
        alexnet(lrn="code_2012"), lambda: papers.alexnet_2012(lrn="code_2012"), 224, 3, same),
    "alexnet_2012, LRN of Caffe": (alexnet(lrn="caffe"), lambda: papers.alexnet_2012(lrn="caffe"), 224, 3, same),
    "alexnet_2012 without LRN": (alexnet(lrn="none"), lambda: papers.alexnet_2012(lrn="none"), 224, 3, same),
    "alexnet_2012 without overlap": (
        alexnet(overlapping_pooling=False), lambda: papers.alexnet_2012(overlap=False), 224, 3, same),
    "alexnet_half": (alexnet(variant="half"), papers.alexnet_half, 224, 3, same),
    "vgg11": (vgg("A"), torchvision_model("vgg11"), 64, 3, same),
    "vgg_a_lrn": (vgg("A-LRN"), lambda: papers.vgg("A-LRN"), 64, 3, same),
    "vgg13_bn": (vgg("B", batch_norm=True), torchvision_model("vgg13_bn"), 64, 3, same),
    "vgg_c": (vgg("C"), lambda: papers.vgg("C"), 64, 3, same),
    "vgg16": (vgg("D"), torchvision_model("vgg16"), 64, 3, same),
    "vgg19_bn": (vgg("E", batch_norm=True), torchvision_model("vgg19_bn"), 64, 3, same),
    "vgg_b_shallow": (vgg("shallow_B"), lambda: papers.vgg("shallow_B"), 64, 3, same),
    "googlenet": (googlenet("paper"), papers.googlenet_paper, 224, 3, same),
    "googlenet_torchvision": (
        googlenet("torchvision", transform_input=True),
        torchvision_model("googlenet", transform_input=True, init_weights=False), 224, 3, same),
    "googlenet_torchvision at 96 pixels": (
        googlenet("torchvision"), torchvision_model("googlenet", init_weights=False), 96, 3, same),
    "googlenet_bn": (googlenet("bn"), papers.googlenet_bn, 96, 3, same),
    "resnet18": (resnet(18), torchvision_model("resnet18"), 96, 3, same),
    "resnet34": (resnet(34), torchvision_model("resnet34"), 96, 3, same),
    "resnet50": (resnet(50), torchvision_model("resnet50"), 96, 3, same),
    "resnet101": (resnet(101), torchvision_model("resnet101"), 64, 3, same),
    "resnet152": (resnet(152), torchvision_model("resnet152"), 64, 3, same),
    "resnet50_v1": (resnet(50, stride_in="first_1x1"), lambda: papers.resnet(50, stride_in_1x1=True), 96, 3, same),
    "resnet34, shortcut A": (resnet(34, shortcut="A"), lambda: papers.resnet(34, shortcut="A"), 96, 3, same),
    "resnet18, shortcut C": (resnet(18, shortcut="C"), lambda: papers.resnet(18, shortcut="C"), 96, 3, same),
    "resnetblur50 of timm": (
        resnet(50, anti_aliased_stride=True), timm_model("resnetblur50"), 96, 3, same),
    "plain18": (resnet(18, plain=True), lambda: papers.resnet(18, plain=True), 96, 3, same),
    "resnet20_cifar": (cifar(20), lambda: papers.resnet_cifar(20), 32, 3, same),
    "plain20_cifar": (cifar(20, plain=True), lambda: papers.resnet_cifar(20, plain=True), 32, 3, same),
    "vit_b16": (vit("B", 16), torchvision_model("vit_b_16"), 224, 3, same),
    "vit_b32": (vit("B", 32), torchvision_model("vit_b_32"), 224, 3, same),
    "vit_ti16 of timm": (vit("Ti", 16), timm_model("vit_tiny_patch16_224"), 224, 3, torchvision_name),
    "vit_s16 of DeiT": (vit("S", 16), timm_model("deit_small_patch16_224"), 224, 3, torchvision_name),
    "vit_s32 with average pooling": (
        vit("S", 32, pool="average", positions="sincos2d"), papers.vit_s32_average, 224, 3, same),
    "lenet5_modern": (
        {"type": "lenet5", "variant": "modern", "num_classes": 10}, papers.lenet5_modern, 28, 1, same),
}


def shown_gradients(module, rename):
    """Norms of five parameters' gradients, spread over the network."""
    named = [(rename(name), parameter) for name, parameter in module.named_parameters() if parameter.grad is not None]
    step = (len(named) - 1) / 4
    chosen = [named[round(i * step)] for i in range(5)]
    return {name: parameter.grad.norm().item() for name, parameter in chosen}


def outputs(config, make, size, channels, rename):
    """Logits in single precision. Gradients in double: a unit that is zero but for rounding would switch them."""
    module = make().eval()
    fill(module, rename)
    images = pictures(2, channels, size, size)
    with torch.no_grad():
        logits = module(images)
    module.double()
    loss = torch.nn.functional.cross_entropy(module(images.double()), torch.tensor([1, 3]))
    loss.backward()
    gradients = [p.grad.norm() for p in module.parameters() if p.grad is not None]
    return {
        "config": config, "size": size, "channels": channels,
        "logits": [row[:8].tolist() for row in logits],
        "largest": logits.abs().max().item(), "mean": logits.mean().item(), "std": logits.std().item(),
        "loss": loss.item(), "gradient_norm": torch.stack(gradients).norm().item(),
        "gradients": shown_gradients(module, rename),
    }


def main():
    path = Path(__file__).with_name("model_outputs.json")
    results = json.loads(path.read_text()) if path.exists() else {}
    for name in sys.argv[1:] or CASES:
        print(name, flush=True)
        results[name] = outputs(*CASES[name])
    path.write_text(json.dumps({name: results[name] for name in CASES if name in results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
