#include "topfive/data/batch_ring.h"

#include <algorithm>
#include <new>
#include <stdexcept>

namespace topfive::data {
namespace {

// Whole cache lines, so that neighbouring allocations never share one with a batch.
std::shared_ptr<std::uint8_t> allocate_aligned(std::size_t bytes) {
  constexpr std::align_val_t kAlignment{64};
  auto* memory = static_cast<std::uint8_t*>(::operator new(bytes, kAlignment));
  return {memory, [](std::uint8_t* pointer) { ::operator delete (pointer, std::align_val_t{64}); }};
}

}  // namespace

std::int64_t BatchShape::image_bytes() const { return std::int64_t{height} * width * channels; }

std::int64_t BatchShape::bytes() const {
  constexpr std::int64_t kBeside = 2 * sizeof(std::int64_t) + 3 * sizeof(float);
  return batch_size * (image_bytes() + kBeside);
}

BatchRing::BatchRing(int buffers, const BatchShape& shape, const PixelAllocator& allocator) : shape_(shape) {
  buffers_.reserve(static_cast<std::size_t>(buffers));
  for (int i = 0; i < buffers; ++i) buffers_.push_back(make_buffer(shape, allocator));
}

BatchRing::Buffer BatchRing::make_buffer(const BatchShape& shape, const PixelAllocator& allocator) {
  const auto samples = static_cast<std::size_t>(shape.batch_size);
  const std::size_t bytes = samples * static_cast<std::size_t>(shape.image_bytes());
  Buffer buffer;
  buffer.images = allocator ? allocator(bytes) : allocate_aligned(bytes);
  buffer.labels.resize(samples);
  buffer.sample_ids.resize(samples);
  buffer.colour_shift.resize(3 * samples);
  buffer.batch.channels = shape.channels;
  buffer.batch.images = buffer.images.get();
  buffer.batch.labels = buffer.labels.data();
  buffer.batch.sample_ids = buffer.sample_ids.data();
  buffer.batch.colour_shift = buffer.colour_shift.data();
  return buffer;
}

BatchRing::Buffer& BatchRing::buffer_of(std::int64_t batch) {
  return buffers_[static_cast<std::size_t>(batch) % buffers_.size()];
}

void BatchRing::abandon() {
  std::unique_lock lock(mutex_);
  ++generation_;
  end_ticket_ = next_ticket_;
  batch_changed_.wait(lock, [&] { return tickets_out_ == 0; });
}

void BatchRing::begin(std::int64_t first, std::int64_t end, cv::Size picture) {
  const std::scoped_lock lock(mutex_);
  picture_ = picture;
  next_ticket_ = first;
  end_ticket_ = end;
  fatal_ticket_ = kNever;
  // Rounded up: at the end of an epoch, first may lie behind a last batch that is not full.
  next_batch_ = (first + shape_.batch_size - 1) / shape_.batch_size;
  const auto buffers = static_cast<std::int64_t>(buffers_.size());
  for (std::int64_t b = next_batch_; b < next_batch_ + buffers; ++b) open_batch(buffer_of(b), b);
  ticket_changed_.notify_all();
}

void BatchRing::open_batch(Buffer& buffer, std::int64_t batch) const {
  const std::int64_t left = end_ticket_ - batch * shape_.batch_size;
  buffer.accepts = batch;
  buffer.batch.index = batch;
  buffer.batch.height = picture_.height;
  buffer.batch.width = picture_.width;
  buffer.batch.size = static_cast<int>(std::clamp<std::int64_t>(left, 0, shape_.batch_size));
  buffer.filled = 0;
  buffer.troubles.clear();
}

bool BatchRing::ticket_ready() {
  if (next_ticket_ >= end_ticket_ || fatal_ticket_ != kNever) return false;
  const std::int64_t batch = next_ticket_ / shape_.batch_size;
  return buffer_of(batch).accepts == batch;
}

std::optional<Ticket> BatchRing::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!ticket_changed_.wait(lock, stop, [&] { return ticket_ready(); })) return std::nullopt;
  if (stop.stop_requested()) return std::nullopt;
  Ticket ticket;
  ticket.number = next_ticket_++;
  ticket.slot = slot_of(buffer_of(ticket.number / shape_.batch_size), ticket.number % shape_.batch_size);
  ++tickets_out_;
  return ticket;
}

Slot BatchRing::slot_of(const Buffer& buffer, std::int64_t slot) const {
  const Batch& batch = buffer.batch;
  return {batch.images + slot * picture_.area() * shape_.channels, batch.labels + slot, batch.sample_ids + slot,
          batch.colour_shift + 3 * slot};
}

void BatchRing::give_back(const Ticket& ticket, std::optional<SlotTrouble> trouble) {
  const std::scoped_lock lock(mutex_);
  Buffer& buffer = buffer_of(ticket.number / shape_.batch_size);
  --tickets_out_;
  ++buffer.filled;
  if (trouble) {
    if (!trouble->filled) fatal_ticket_ = std::min(fatal_ticket_, ticket.number);
    buffer.troubles.push_back(std::move(*trouble));
  }
  if (buffer.filled == buffer.batch.size || tickets_out_ == 0) batch_changed_.notify_all();
}

// Tickets go out in order: once all are back, everything before a fatal one is there.
bool BatchRing::batch_ready() {
  const Buffer& buffer = buffer_of(next_batch_);
  const bool complete = buffer.filled == buffer.batch.size;
  return complete || (fatal_ticket_ != kNever && tickets_out_ == 0);
}

BatchRing::Delivery BatchRing::wait_for_batch() {
  std::unique_lock lock(mutex_);
  if (next_batch_ * shape_.batch_size >= end_ticket_) return {};
  Buffer& buffer = buffer_of(next_batch_);
  if (buffer.accepts != next_batch_) {
    throw std::logic_error("every buffer of the ring is leased: release a batch before the next");
  }
  batch_changed_.wait(lock, [&] { return batch_ready(); });
  ++next_batch_;
  Delivery delivery{&buffer.batch, std::move(buffer.troubles)};
  buffer.troubles = {};
  lock.unlock();
  std::sort(delivery.troubles.begin(), delivery.troubles.end(),
            [](const SlotTrouble& a, const SlotTrouble& b) { return a.ticket < b.ticket; });
  return delivery;
}

BatchRing::Receipt BatchRing::receipt() const {
  const std::scoped_lock lock(mutex_);
  return {generation_, next_batch_ - 1};
}

void BatchRing::release(const Receipt& receipt) {
  const std::scoped_lock lock(mutex_);
  if (receipt.generation != generation_) return;
  open_batch(buffer_of(receipt.batch), receipt.batch + static_cast<std::int64_t>(buffers_.size()));
  ticket_changed_.notify_all();
}

}  // namespace topfive::data
