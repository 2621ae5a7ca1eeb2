// The source of the targets that own the tests' precompiled headers; each needs one translation unit.
namespace topfive::tests {
int precompiled_anchor() { return 0; }
}  // namespace topfive::tests
