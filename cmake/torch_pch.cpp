// The source of the target that owns the precompiled <torch/torch.h>; it needs one translation unit.
namespace topfive {
int torch_pch_anchor() { return 0; }
}  // namespace topfive
