#include <torch/torch.h>
#include <unistd.h>

#include "topfive/base/error.h"
#include "topfive/dist/ranks.h"

#include "dist/rank_processes.h"
#include "support/catch.h"

using namespace topfive;
using base::ExitCode;

TEST_CASE("rank: sums and broadcasts and gathers", "[.rank]") {
  dist::Ranks ranks = tests::meet();
  auto numbers = torch::tensor({1.0, 10.0 * ranks.rank()}, torch::kDouble);
  ranks.sum(numbers, "a test");
  CHECK(numbers[0].item<double>() == ranks.size());
  CHECK(numbers[1].item<double>() == 10.0 * ranks.size() * (ranks.size() - 1) / 2);
  CHECK(ranks.sum(std::int64_t{1} << 40, "a test") == ranks.size() * (std::int64_t{1} << 40));

  const auto wide = torch::full({1000}, ranks.rank(), torch::kFloat);
  const auto counts = torch::full({3}, ranks.rank(), torch::kInt64);
  ranks.broadcast({wide, counts}, "a test");
  CHECK(wide.sum().item<float>() == 0.0F);
  CHECK(counts.sum().item<std::int64_t>() == 0);
  const int last = ranks.size() - 1;
  const auto from_last = torch::full({1000}, ranks.rank(), torch::kFloat);
  ranks.broadcast({from_last, counts.fill_(ranks.rank())}, "a test", last);
  CHECK(torch::equal(from_last, torch::full({1000}, last, torch::kFloat)));
  CHECK(counts.sum().item<std::int64_t>() == std::int64_t{3} * last);
  const auto at_main = torch::full({1000}, ranks.rank(), torch::kFloat);
  ranks.to_main(at_main, last, "a test");
  CHECK(torch::equal(at_main, torch::full({1000}, ranks.is_main() ? last : ranks.rank(), torch::kFloat)));
  CHECK(ranks.broadcast(ranks.is_main() ? std::string("from\0main", 9) : "", "a test") == std::string("from\0main", 9));
  CHECK(ranks.broadcast(std::string(), "a test").empty());

  const auto texts = ranks.gather(std::string(static_cast<std::size_t>(ranks.rank()), 'x'), "a test");
  REQUIRE(texts.size() == static_cast<std::size_t>(ranks.size()));
  for (std::size_t rank = 0; rank < texts.size(); ++rank) CHECK(texts[rank] == std::string(rank, 'x'));
}

TEST_CASE("ranks sum, broadcast and gather, whatever their number") {
  for (const int num_ranks : {1, 2, 3})
    CHECK(tests::run_as_ranks("rank: sums and broadcasts and gathers", num_ranks) == ExitCode::kOk);
}

TEST_CASE("rank: differs from the others", "[.rank]") {
  dist::Ranks ranks = tests::meet();
  ranks.require_equal("colour", "blue");
  try {
    ranks.require_equal("colour", ranks.rank() == 2 ? "red" : "blue");
    FAIL("no error");
  } catch (const base::UserError& error) {
    CHECK(error.code() == ExitCode::kConfig);
    CHECK_THAT(error.what(),
               ContainsSubstring("rank 2 does not agree with rank 0 on the colour: \"red\", not \"blue\""));
  }
}

TEST_CASE("all ranks are told which of them differs, and in what") {
  CHECK(tests::run_as_ranks("rank: differs from the others", 3) == ExitCode::kOk);
}

TEST_CASE("rank: loses another one", "[.rank]") {
  dist::Ranks ranks = tests::meet(std::chrono::seconds{2});
  if (ranks.rank() == 1) _exit(0);
  try {
    ranks.sum(std::int64_t{1}, "counting heads");
    FAIL("no error");
  } catch (const base::UserError& error) {
    CHECK(error.code() == ExitCode::kPeerFailed);
    CHECK_THAT(error.what(), ContainsSubstring("rank 0 lost the other ranks in counting heads"));
  }
}

TEST_CASE("a collective without all ranks ends in an error that says which it was") {
  CHECK(tests::run_as_ranks("rank: loses another one", 2) == ExitCode::kOk);
}

TEST_CASE("rank: loses the one that should send", "[.rank]") {
  dist::Ranks ranks = tests::meet(std::chrono::seconds{2});
  if (ranks.rank() == 1) _exit(0);
  if (!ranks.is_main()) return;  // it has nothing to do with these two
  try {
    ranks.to_main(torch::zeros({1000}), 1, "fetching a part");
    FAIL("no error");
  } catch (const base::UserError& error) {
    CHECK(error.code() == ExitCode::kPeerFailed);
    CHECK_THAT(error.what(), ContainsSubstring("rank 0 lost the other ranks in fetching a part"));
  }
}

TEST_CASE("a tensor that rank 0 waits for in vain ends in an error that says which it was") {
  CHECK(tests::run_as_ranks("rank: loses the one that should send", 3) == ExitCode::kOk);
}

TEST_CASE("a rank 0 that nobody joins says so after the time-out") {
  dist::World world;
  world.size = 2;
  world.master_address = "127.0.0.1";
  world.master_port = 0;
  try {
    const dist::Ranks ranks(world, torch::kCPU, std::chrono::seconds{1});
    FAIL("no error");
  } catch (const base::UserError& error) {
    CHECK(error.code() == ExitCode::kPeerFailed);
    CHECK_THAT(error.what(), ContainsSubstring("not all of the 2 ranks came within 1 s"));
  }
}
