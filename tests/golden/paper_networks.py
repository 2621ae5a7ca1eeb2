"""The papers' networks that torchvision does not have, written down plainly or made from its blocks."""
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn
from torchvision import models
from torchvision.models.googlenet import BasicConv2d, GoogLeNet, Inception
from torchvision.models.resnet import BasicBlock


class PerColumn(nn.Module):
    """Response normalisation inside each of the two columns."""

    def __init__(self, alpha):
        super().__init__()
        self.norm = nn.LocalResponseNorm(5, alpha=alpha, beta=0.75, k=2.0)

    def forward(self, x):
        return torch.cat([self.norm(half) for half in x.chunk(2, dim=1)], dim=1)


# torch divides alpha by n, the paper's formula does not; Caffe normalises across both columns.
LRN = {
    "paper": lambda: PerColumn(5e-4),
    "code_2012": lambda: PerColumn(1e-4),
    "caffe": lambda: nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=1.0),
    "none": nn.Identity,
}


class AlexNet(nn.Module):
    def __init__(self, widths, groups, lrn, overlap):
        super().__init__()
        a, b, c, d, e = widths
        outer, inner = (2, 1) if overlap else (1, 0)
        self.conv1 = nn.Conv2d(3, a, 11, 4)
        self.conv2 = nn.Conv2d(a, b, 5, padding=outer, groups=groups)
        self.conv3 = nn.Conv2d(b, c, 3, padding=1)
        self.conv4 = nn.Conv2d(c, d, 3, padding=1, groups=groups)
        self.conv5 = nn.Conv2d(d, e, 3, padding=inner, groups=groups)
        self.fc6 = nn.Linear(e * 36, 4096)
        self.fc7 = nn.Linear(4096, 4096)
        self.fc8 = nn.Linear(4096, 1000)
        object.__setattr__(self, "lrn", LRN[lrn]())
        self.rectify_after_pool = lrn == "code_2012"
        self.pool = nn.MaxPool2d(3, 2) if overlap else nn.MaxPool2d(2, 2, ceil_mode=True)

    def forward(self, x):
        x = self.conv1(F.pad(x, (0, 3, 0, 3)))
        x = F.relu(self.pool(self.lrn(x))) if self.rectify_after_pool else self.pool(self.lrn(F.relu(x)))
        x = self.pool(self.lrn(F.relu(self.conv2(x))))
        x = F.relu(self.conv3(x))
        x = F.relu(self.conv4(x))
        x = self.pool(F.relu(self.conv5(x))).flatten(1)
        return self.fc8(F.relu(self.fc7(F.relu(self.fc6(x)))))


def alexnet_2012(lrn="paper", overlap=True):
    return AlexNet((96, 256, 384, 384, 256), 2, lrn, overlap)


def alexnet_half():
    # One column: there are no halves to keep apart.
    network = AlexNet((48, 128, 192, 192, 256), 1, "none", True)
    object.__setattr__(network, "lrn", nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0))
    return network


# A number is a 3x3 convolution of so many channels; (channels, size) another size; M a pooling; N a normalisation.
VGG = {
    "A-LRN": [64, "N", "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    "C": [64, 64, "M", 128, 128, "M", 256, 256, (256, 1), "M", 512, 512, (512, 1), "M", 512, 512, (512, 1), "M"],
    "shallow_B": [(64, 5), "M", (128, 5), "M", (256, 5), "M", (512, 5), "M", (512, 5), "M"],
}


class Vgg(nn.Module):
    def __init__(self, plan):
        super().__init__()
        layers, channels = [], 3
        for entry in plan:
            if entry == "M":
                layers.append(nn.MaxPool2d(2, 2))
            elif entry == "N":
                layers.append(nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0))
            else:
                width, size = entry if isinstance(entry, tuple) else (entry, 3)
                layers += [nn.Conv2d(channels, width, size, padding=size // 2), nn.ReLU()]
                channels = width
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Linear(25088, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(),
            nn.Linear(4096, 1000))

    def forward(self, x):
        return self.classifier(F.adaptive_avg_pool2d(self.features(x), 7).flatten(1))


def vgg(configuration):
    return Vgg(VGG[configuration])


class PlainConv(nn.Module):
    """A convolution with bias and no batch normalisation, in the place of torchvision's BasicConv2d."""

    def __init__(self, in_channels, out_channels, **options):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, bias=True, **options)

    def forward(self, x):
        return F.relu(self.conv(x))


class FiveByFive(Inception):
    """The paper's third branch: a real 5x5."""

    def __init__(self, in_channels, a, b3, b, c5, c, d, conv_block=None):
        super().__init__(in_channels, a, b3, b, c5, c, d, conv_block)
        self.branch3[1] = conv_block(c5, c, kernel_size=5, padding=2)


class PaperAux(nn.Module):
    """Only there so that the names and the order are complete; evaluation does not use it."""

    def __init__(self, in_channels, num_classes, conv_block=None, dropout=0.7):
        super().__init__()
        self.conv = conv_block(in_channels, 128, kernel_size=1)
        self.fc1 = nn.Linear(2048, 1024)
        self.fc2 = nn.Linear(1024, num_classes)


def googlenet(conv):
    blocks = [partial(conv), partial(FiveByFive, conv_block=conv), partial(PaperAux, conv_block=conv)]
    network = GoogLeNet(1000, True, False, init_weights=False, blocks=blocks)
    network.maxpool4 = nn.MaxPool2d(3, 2, ceil_mode=True)
    return network


def googlenet_bn():
    return googlenet(BasicConv2d)


class PaperGoogLeNet(nn.Module):
    """Response normalisation before the first and after the third convolution's neighbours, as in figure 3."""

    def __init__(self):
        super().__init__()
        inner = googlenet(PlainConv)
        for name, child in inner.named_children():
            setattr(self, name, child)

    def forward(self, x):
        lrn = partial(F.local_response_norm, size=5, alpha=1e-4, beta=0.75, k=1.0)
        x = lrn(self.maxpool1(self.conv1(x)))
        x = self.maxpool2(lrn(self.conv3(self.conv2(x))))
        x = self.maxpool3(self.inception3b(self.inception3a(x)))
        x = self.inception4e(self.inception4d(self.inception4c(self.inception4b(self.inception4a(x)))))
        x = self.inception5b(self.inception5a(self.maxpool4(x)))
        return self.fc(self.avgpool(x).flatten(1))


def googlenet_paper():
    return PaperGoogLeNet()


class PaddedIdentity(nn.Module):
    """Shortcut A: every stride-th pixel, zeros for the new channels."""

    def __init__(self, new_channels, stride):
        super().__init__()
        self.new_channels, self.stride = new_channels, stride

    def forward(self, x):
        return F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, 0, self.new_channels))


class Nothing(nn.Module):
    def forward(self, x):
        return torch.zeros((), dtype=x.dtype)


def blocks_of(network):
    return [block for name, stage in network.named_children() if name.startswith("layer") for block in stage]


def resnet(depth, stride_in_1x1=False, shortcut="B", plain=False):
    network = models.get_model(f"resnet{depth}", weights=None)
    for block in blocks_of(network):
        if stride_in_1x1:
            block.conv1.stride, block.conv2.stride = block.conv2.stride, block.conv1.stride
        if plain:
            block.downsample = Nothing()
        elif shortcut == "A" and block.downsample is not None:
            conv = block.downsample[0]
            block.downsample = PaddedIdentity(conv.out_channels - conv.in_channels, conv.stride[0])
        elif shortcut == "C" and block.downsample is None:
            channels = block.conv1.in_channels
            block.downsample = nn.Sequential(nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels))
    return network


class CifarResNet(nn.Module):
    def __init__(self, depth, plain):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        channels = 16
        for stage, width in enumerate((16, 32, 64)):
            blocks = []
            for i in range((depth - 2) // 6):
                stride = 2 if stage > 0 and i == 0 else 1
                change = PaddedIdentity(width - channels, stride) if channels != width else None
                blocks.append(BasicBlock(channels, width, stride, Nothing() if plain else change))
                channels = width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        return self.fc(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


def resnet_cifar(depth, plain=False):
    return CifarResNet(depth, plain)


class Lenet5Modern(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.pad(x, (2, 2, 2, 2), value=-0.1)
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2).flatten(1)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


def lenet5_modern():
    return Lenet5Modern()


def sincos_positions(side, width):
    """Beyer et al. 2022: sines and cosines of the column, then of the row, at width / 4 frequencies."""
    frequencies = 1.0 / 10000 ** (torch.arange(width // 4).double() / (width // 4 - 1))
    rows, columns = torch.meshgrid(torch.arange(side).double(), torch.arange(side).double(), indexing="ij")
    x, y = columns.flatten()[:, None] * frequencies, rows.flatten()[:, None] * frequencies
    return torch.cat([x.sin(), x.cos(), y.sin(), y.cos()], 1).float()[None]


class AverageVit(nn.Module):
    """torchvision's encoder on patches alone, fixed positions, the mean of all tokens classified."""

    def __init__(self):
        super().__init__()
        whole = models.VisionTransformer(224, 32, 12, 6, 384, 1536)
        self.conv_proj, self.encoder, self.heads = whole.conv_proj, whole.encoder, whole.heads
        del self.encoder.pos_embedding
        self.encoder.register_buffer("pos_embedding", sincos_positions(7, 384))

    def forward(self, x):
        return self.heads(self.encoder(self.conv_proj(x).flatten(2).transpose(1, 2)).mean(1))


def vit_s32_average():
    return AverageVit()
