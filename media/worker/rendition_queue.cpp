#include "media/worker/rendition_queue.hpp"

#include <utility>

namespace camwall::media {

void rendition_queue::push(coded_picture x) {
  if (!wants(x.keyframe)) {
    // What is left out on purpose, or came before the first keyframe, is no loss.
    if (lost_)
      ++dropped_;
    return;
  }
  newest_ = x.pts;
  if (x.keyframe) {
    keyframe_ticks_ = last_keyframe_ ? x.pts - *last_keyframe_ : 0;
    last_keyframe_ = x.pts;
  }
  if (x.keyframe && !waiting_.empty() && behind(waiting_.front().pts) > backlog_ticks_max)
    give_up();
  if (waiting_.size() >= pictures_max || bytes_ + x.annex_b.size() > bytes_max) {
    give_up();
    if (!x.keyframe || x.annex_b.size() > bytes_max) {
      ++dropped_;
      lost_ = true;
      return;
    }
  }
  x.after_gap = waits_for_keyframe_;
  waits_for_keyframe_ = false;
  lost_ = false;
  bytes_ += x.annex_b.size();
  waiting_.push_back(std::move(x));
}

std::optional<coded_picture> rendition_queue::pop() {
  if (waiting_.empty())
    return std::nullopt;
  std::optional<coded_picture> out{std::move(waiting_.front())};
  waiting_.pop_front();
  bytes_ -= out->annex_b.size();
  return out;
}

void rendition_queue::set_keyframes_only(bool x) {
  if (x == keyframes_only_)
    return;
  if (x)
    std::erase_if(waiting_, [this](const coded_picture& y) {
      if (!y.keyframe)
        bytes_ -= y.annex_b.size();
      return !y.keyframe;
    });
  else
    waits_for_keyframe_ = true;
  keyframes_only_ = x;
}

void rendition_queue::clear() noexcept {
  waiting_.clear();
  bytes_ = 0;
  waits_for_keyframe_ = true;
  lost_ = false;
}

void rendition_queue::give_up() noexcept {
  dropped_ += waiting_.size();
  clear();
  lost_ = true;
}

} // namespace camwall::media
