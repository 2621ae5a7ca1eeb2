#include "topfive/data/batch_ring.h"

#include "support/catch.h"

using namespace topfive;
using data::BatchRing;
using data::Ticket;

namespace {

constexpr int kBatchSize = 4;

data::BatchShape tiny_shape() { return {kBatchSize, 1, 2, 1}; }

// Takes and gives back tickets one by one, as a thread that never fails does.
void fill_tickets(BatchRing& ring, int count) {
  for (int i = 0; i < count; ++i) ring.give_back(*ring.take({}), std::nullopt);
}

}  // namespace

TEST_CASE("tickets go out in order, each with a slot of its own") {
  BatchRing ring(2, tiny_shape(), {});
  ring.begin(0, 8);
  std::vector<Ticket> tickets;
  for (int i = 0; i < 8; ++i) tickets.push_back(*ring.take({}));
  for (int i = 0; i < 8; ++i) {
    const auto& ticket = tickets[static_cast<std::size_t>(i)];
    CHECK(ticket.number == i);
    for (int k = 0; k < i; ++k) {
      CHECK(ticket.slot.pixels != tickets[static_cast<std::size_t>(k)].slot.pixels);
    }
    ring.give_back(ticket, std::nullopt);
  }
  CHECK(ring.wait_for_batch().batch->index == 0);
  CHECK(ring.wait_for_batch().batch->index == 1);
  CHECK(ring.wait_for_batch().batch == nullptr);
}

TEST_CASE("no ticket goes out beyond the buffers until a batch is released") {
  const int buffers = GENERATE(1, 2, 5);
  BatchRing ring(buffers, tiny_shape(), {});
  ring.begin(0, 100);
  fill_tickets(ring, buffers * kBatchSize);
  std::stop_source stopped;
  stopped.request_stop();
  CHECK_FALSE(ring.take(stopped.get_token()).has_value());
  const auto delivery = ring.wait_for_batch();
  REQUIRE(delivery.batch->index == 0);
  const auto receipt = ring.receipt();
  ring.release(receipt);
  const auto ticket = ring.take({});
  CHECK(ticket->number == buffers * kBatchSize);
  CHECK(ticket->slot.pixels == delivery.batch->images);
  ring.give_back(*ticket, std::nullopt);
}

TEST_CASE("the last batch of an epoch holds what is left") {
  BatchRing ring(3, tiny_shape(), {});
  ring.begin(4, 10);
  fill_tickets(ring, 6);
  CHECK(ring.wait_for_batch().batch->size == 4);
  const auto last = ring.wait_for_batch();
  CHECK(last.batch->index == 2);
  CHECK(last.batch->size == 2);
  CHECK(ring.wait_for_batch().batch == nullptr);
}

TEST_CASE("asking for a batch while all buffers are leased is a bug that is told, not a deadlock") {
  BatchRing ring(1, tiny_shape(), {});
  ring.begin(0, 8);
  fill_tickets(ring, 4);
  REQUIRE(ring.wait_for_batch().batch != nullptr);
  CHECK_THROWS_AS(ring.wait_for_batch(), std::logic_error);
}

TEST_CASE("a release of an abandoned epoch changes nothing") {
  BatchRing ring(2, tiny_shape(), {});
  ring.begin(0, 100);
  fill_tickets(ring, 8);
  REQUIRE(ring.wait_for_batch().batch != nullptr);
  const auto old_receipt = ring.receipt();
  ring.abandon();
  ring.begin(0, 8);
  fill_tickets(ring, 4);
  ring.release(old_receipt);
  CHECK(ring.wait_for_batch().batch->index == 0);
}

TEST_CASE("after a slot that stays empty no more tickets go out, and what came before is delivered") {
  BatchRing ring(4, tiny_shape(), {});
  ring.begin(0, 16);
  std::vector<Ticket> tickets;
  for (int i = 0; i < 6; ++i) tickets.push_back(*ring.take({}));
  data::SlotTrouble trouble;
  trouble.ticket = 5;
  ring.give_back(tickets[5], trouble);
  for (std::size_t i = 0; i < 5; ++i) ring.give_back(tickets[i], std::nullopt);
  std::stop_source stopped;
  stopped.request_stop();
  CHECK_FALSE(ring.take(stopped.get_token()).has_value());
  CHECK(ring.wait_for_batch().troubles.empty());
  const auto second = ring.wait_for_batch();
  REQUIRE(second.troubles.size() == 1);
  CHECK(second.troubles[0].ticket == 5);
}

TEST_CASE("the memory of a batch is its pictures and what stands beside them") {
  const data::BatchShape shape{256, 224, 224, 3};
  CHECK(shape.image_bytes() == 150528);
  CHECK(shape.bytes() == 256 * (150528 + 8 + 8 + 12));
}
