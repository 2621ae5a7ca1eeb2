"""The networks of the training comparison as people write them in Python: plain modules, torchvision's layers, in-place
ReLU. torchvision itself need not be installed; train_step.py compares the parameter counts with ours."""

import math

import torch
import torch.nn.functional as functional
from torch import nn


class LeNet5(nn.Module):
    """28x28 grey pictures padded to 32x32, max pooling, ReLU."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2).flatten(1)
        return self.fc3(functional.relu(self.fc2(functional.relu(self.fc1(x)))))


class CifarBlock(nn.Module):
    def __init__(self, channels_in, channels, stride, projection):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.stride, self.more, self.downsample = stride, channels - channels_in, None
        if self.more and projection:
            self.downsample = nn.Sequential(nn.Conv2d(channels_in, channels, 1, stride, bias=False),
                                            nn.BatchNorm2d(channels))

    def forward(self, x):
        out = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        if self.downsample:
            x = self.downsample(x)
        elif self.more:
            x = functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.more))
        return functional.relu(out + x)


class ResNet20(nn.Module):
    """He et al., section 4.2, shortcuts A; with `projection` B."""

    def __init__(self, projection=False):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        blocks, channels = [], 16
        for width in (16, 32, 64):
            for i in range(3):
                blocks.append(CifarBlock(channels, width, 2 if width > 16 and i == 0 else 1, projection))
                channels = width
        self.blocks, self.fc = nn.Sequential(*blocks), nn.Linear(64, 10)

    def forward(self, x):
        x = self.blocks(functional.relu(self.bn1(self.conv1(x))))
        return self.fc(functional.adaptive_avg_pool2d(x, 1).flatten(1))


def relu():
    return nn.ReLU(inplace=True)


class AlexNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, 4, 2), relu(), nn.MaxPool2d(3, 2), nn.Conv2d(64, 192, 5, padding=2), relu(),
            nn.MaxPool2d(3, 2), nn.Conv2d(192, 384, 3, padding=1), relu(), nn.Conv2d(384, 256, 3, padding=1), relu(),
            nn.Conv2d(256, 256, 3, padding=1), relu(), nn.MaxPool2d(3, 2))
        self.avgpool = nn.AdaptiveAvgPool2d(6)
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Linear(9216, 4096), relu(), nn.Dropout(), nn.Linear(4096, 4096), relu(),
            nn.Linear(4096, 1000))

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


class Vgg16(nn.Module):
    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for width, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
            for _ in range(count):
                layers += [nn.Conv2d(channels, width, 3, padding=1), relu()]
                channels = width
            layers.append(nn.MaxPool2d(2, 2))
        self.features, self.avgpool = nn.Sequential(*layers), nn.AdaptiveAvgPool2d(7)
        self.classifier = nn.Sequential(
            nn.Linear(25088, 4096), relu(), nn.Dropout(), nn.Linear(4096, 4096), relu(), nn.Dropout(),
            nn.Linear(4096, 1000))

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


class ConvBlock(nn.Module):
    def __init__(self, channels_in, channels, **options):
        super().__init__()
        self.conv = nn.Conv2d(channels_in, channels, bias=False, **options)
        self.bn = nn.BatchNorm2d(channels, eps=0.001)

    def forward(self, x):
        return functional.relu(self.bn(self.conv(x)), inplace=True)


class Inception(nn.Module):
    def __init__(self, channels, one, reduce3, three, reduce5, five, pool):
        super().__init__()
        self.branch1 = ConvBlock(channels, one, kernel_size=1)
        self.branch2 = nn.Sequential(ConvBlock(channels, reduce3, kernel_size=1),
                                     ConvBlock(reduce3, three, kernel_size=3, padding=1))
        self.branch3 = nn.Sequential(ConvBlock(channels, reduce5, kernel_size=1),
                                     ConvBlock(reduce5, five, kernel_size=3, padding=1))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1, ceil_mode=True), ConvBlock(channels, pool, kernel_size=1))

    def forward(self, x):
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


class InceptionAux(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv, self.fc1, self.fc2 = ConvBlock(channels, 128, kernel_size=1), nn.Linear(2048, 1024), nn.Linear(1024, 1000)
        self.dropout = nn.Dropout(0.7)

    def forward(self, x):
        x = self.conv(functional.adaptive_avg_pool2d(x, 4)).flatten(1)
        return self.fc2(self.dropout(functional.relu(self.fc1(x), inplace=True)))


class GoogLeNet(nn.Module):
    """torchvision's, with batch normalisation and both auxiliary heads."""

    WIDTHS = ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64), (192, 96, 208, 16, 48, 64),
              (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64), (112, 144, 288, 32, 64, 64),
              (256, 160, 320, 32, 128, 128), (256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128))

    def __init__(self):
        super().__init__()
        self.conv1 = ConvBlock(3, 64, kernel_size=7, stride=2, padding=3)
        self.conv2, self.conv3 = ConvBlock(64, 64, kernel_size=1), ConvBlock(64, 192, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.pool4 = nn.MaxPool2d(2, 2, ceil_mode=True)
        channels, self.inceptions = 192, nn.ModuleList()
        for widths in self.WIDTHS:
            self.inceptions.append(Inception(channels, *widths))
            channels = widths[0] + widths[2] + widths[4] + widths[5]
        self.aux1, self.aux2 = InceptionAux(512), InceptionAux(528)
        self.dropout, self.fc = nn.Dropout(0.2), nn.Linear(1024, 1000)

    def transform_input(self, x):
        parts = [x[:, i : i + 1] * (std / 0.5) + (mean - 0.5) / 0.5
                 for i, (std, mean) in enumerate(((0.229, 0.485), (0.224, 0.456), (0.225, 0.406)))]
        return torch.cat(parts, 1)

    def forward(self, x):
        x = self.pool(self.conv1(self.transform_input(x)))
        x = self.pool(self.conv3(self.conv2(x)))
        heads = []
        for i, inception in enumerate(self.inceptions):
            x = inception(x)
            if i == 2:
                heads.append(self.aux1(x))
            if i == 5:
                heads.append(self.aux2(x))
            if i == 1:
                x = self.pool(x)
            if i == 6:
                x = self.pool4(x)
        x = functional.adaptive_avg_pool2d(x, 1).flatten(1)
        return [self.fc(self.dropout(x)), *heads]


class Bottleneck(nn.Module):
    def __init__(self, channels, width, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, 4 * width, 1, bias=False), nn.BatchNorm2d(4 * width)
        self.relu, self.downsample = relu(), None
        if stride != 1 or channels != 4 * width:
            self.downsample = nn.Sequential(nn.Conv2d(channels, 4 * width, 1, stride, bias=False),
                                            nn.BatchNorm2d(4 * width))

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn3(self.conv3(self.relu(self.bn2(self.conv2(out)))))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class ResNet50(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), relu(),
                                  nn.MaxPool2d(3, 2, 1))
        blocks, channels = [], 64
        for width, count in ((64, 3), (128, 4), (256, 6), (512, 3)):
            for i in range(count):
                blocks.append(Bottleneck(channels, width, 2 if width > 64 and i == 0 else 1))
                channels = 4 * width
        self.blocks, self.fc = nn.Sequential(*blocks), nn.Linear(2048, 1000)

    def forward(self, x):
        return self.fc(functional.adaptive_avg_pool2d(self.blocks(self.stem(x)), 1).flatten(1))


class EncoderLayer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.self_attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        y = self.ln_1(x)
        x = x + self.self_attention(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.ln_2(x))


class VitB16(nn.Module):
    def __init__(self):
        super().__init__()
        self.class_token = nn.Parameter(torch.zeros(1, 1, 768))
        self.conv_proj = nn.Conv2d(3, 768, 16, 16)
        self.pos_embedding = nn.Parameter(torch.empty(1, 197, 768).normal_(std=0.02))
        self.layers = nn.Sequential(*[EncoderLayer(768, 12) for _ in range(12)])
        self.ln, self.head = nn.LayerNorm(768, eps=1e-6), nn.Linear(768, 1000)

    def forward(self, x):
        x = self.conv_proj(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_token.expand(x.shape[0], -1, -1), x], 1) + self.pos_embedding
        return self.head(self.ln(self.layers(x))[:, 0])


# Our preset, the class, channels and side of a picture, classes, usual batch size here.
NETWORKS = {
    "lenet5_modern": (LeNet5, 1, 28, 10, 128),
    "resnet20_cifar": (ResNet20, 3, 32, 10, 128),
    "alexnet": (AlexNet, 3, 224, 1000, 128),
    "vgg16": (Vgg16, 3, 224, 1000, 16),
    "googlenet_torchvision": (GoogLeNet, 3, 224, 1000, 32),
    "resnet50": (ResNet50, 3, 224, 1000, 16),
    "vit_b16": (VitB16, 3, 224, 1000, 8),
}


def loss_of(outputs, labels):
    """Cross-entropy in float32, auxiliary heads counted with 0.3 (torchvision's reference)."""
    outputs = outputs if isinstance(outputs, list) else [outputs]
    losses = [functional.cross_entropy(logits.float(), labels) for logits in outputs]
    return losses[0] + 0.3 * sum(losses[1:], torch.zeros(())) if len(losses) > 1 else losses[0]


def parameter_count(model):
    return sum(math.prod(p.shape) for p in model.parameters())
