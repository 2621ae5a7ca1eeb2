// The ring of batch buffers between the loader's threads and its consumer: hands out tickets, tells
// when a batch is full, takes buffers back.
//
// Batch b lives in buffer b mod K. Tickets are handed out in order, and one of batch b only once
// batch b - K was released: this is the whole back-pressure, and no batch waits for another to be
// complete.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include <opencv2/core/types.hpp>

#include "topfive/data/batch.h"
#include "topfive/data/sample_reader.h"
#include "topfive/data/slot_filler.h"

namespace topfive::data {

// Of every batch in the ring.
struct BatchShape {
  int batch_size = 1;
  int height = 0;
  int width = 0;
  int channels = 0;
  std::int64_t image_bytes() const;
  std::int64_t bytes() const;  // with labels, ids and colour shifts
};

struct Ticket {
  std::int64_t number = 0;
  Slot slot;
};

class BatchRing {
 public:
  BatchRing(int buffers, const BatchShape& shape, const PixelAllocator& allocator);

  // Consumer. Hands out no more tickets and waits until those out are back. Leases of the epoch
  // lose their buffers.
  void abandon();
  // Consumer, after abandon(): the tickets first, ..., end - 1; first begins a batch, or is end. The pictures have the
  // given size, at most as many bytes as those of the ring's own shape, and lie in the buffers without gaps.
  void begin(std::int64_t first, std::int64_t end, cv::Size picture);
  void begin(std::int64_t first, std::int64_t end) { begin(first, end, {shape_.width, shape_.height}); }

  // Loader threads. Waits for a ticket; empty when stop is requested.
  std::optional<Ticket> take(const std::stop_token& stop);
  // Loader threads. A trouble without a filled slot ends the epoch: no later ticket is handed out.
  void give_back(const Ticket& ticket, std::optional<SlotTrouble> trouble);

  // Consumer. Waits for the next batch and gives it, null at the end of the epoch, with its
  // troubles in ticket order. After a trouble that ended the epoch, the batch is not complete.
  struct Delivery {
    const Batch* batch = nullptr;
    std::vector<SlotTrouble> troubles;
  };
  Delivery wait_for_batch();

  // What a lease needs to give the batch back that was delivered last; valid on any thread, at any
  // time.
  struct Receipt {
    std::int64_t generation = 0;
    std::int64_t batch = 0;
  };
  Receipt receipt() const;
  void release(const Receipt& receipt);

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  struct Buffer {
    Batch batch;
    std::shared_ptr<std::uint8_t> images;
    std::vector<std::int64_t> labels;
    std::vector<std::int64_t> sample_ids;
    std::vector<float> colour_shift;
    std::int64_t accepts = 0;  // the batch that may be filled into it, or is in it
    int filled = 0;            // slots that are done
    std::vector<SlotTrouble> troubles;
  };

  static Buffer make_buffer(const BatchShape& shape, const PixelAllocator& allocator);
  Buffer& buffer_of(std::int64_t batch);
  bool ticket_ready();
  bool batch_ready();
  void open_batch(Buffer& buffer, std::int64_t batch) const;
  Slot slot_of(const Buffer& buffer, std::int64_t slot) const;

  const BatchShape shape_;  // what the buffers are made for
  cv::Size picture_;        // of this epoch
  mutable std::mutex mutex_;
  std::condition_variable_any ticket_changed_;  // for loader threads
  std::condition_variable batch_changed_;       // for the consumer
  std::vector<Buffer> buffers_;
  std::int64_t generation_ = 0;  // of the epoch; a lease of an earlier one no longer counts
  std::int64_t next_ticket_ = 0;
  std::int64_t end_ticket_ = 0;
  std::int64_t fatal_ticket_ = kNever;  // the first with a slot that stays empty
  std::int64_t next_batch_ = 0;         // of the consumer
  int tickets_out_ = 0;
};

}  // namespace topfive::data
