#pragma once

#include "media/worker_launcher.hpp"

#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace camwall::test {

/// Makes workers that do what the test says.
class fake_launcher final : public media::worker_launcher {
public:
  struct worker {
    media::open_order order;
    std::function<void(media::worker_event)> tell;
    bool stopped = false;
    bool killed = false;
    bool abandoned = false; ///< Its handle is gone.

    /// Everything that a healthy worker says until its first segment.
    void come_up() const {
      tell(media::worker_started{1});
      tell(media::opened{.video = "h264", .codecs = "avc1.42c01e", .width = 640, .height = 360});
      tell(media::progress{.frames = 1, .keyframes = 1});
      tell(media::segment_published{.media_sequence = order.media_sequence, .duration_s = 1});
    }

    void end_by(int signal) const {
      tell(media::worker_exited{.signalled = true, .code = signal, .detail = "ended by the test"});
    }
  };

  media::worker_handle_ptr launch(media::open_order order,
                                  std::function<void(media::worker_event)> sink) override {
    all.push_back(std::make_shared<worker>(worker{std::move(order), std::move(sink)}));
    return std::make_unique<handle>(all.back());
  }

  /// The workers that were made for a camera's stream, the newest last.
  std::vector<std::shared_ptr<worker>> of(const std::string& camera,
                                          const std::string& stream = "main") const {
    std::vector<std::shared_ptr<worker>> out;
    for (const auto& x : all)
      if (x->order.camera == camera && x->order.stream == stream)
        out.push_back(x);
    return out;
  }

  std::vector<std::shared_ptr<worker>> all;

private:
  struct handle final : media::worker_handle {
    explicit handle(std::shared_ptr<worker> x) : worker_(std::move(x)) {
      // nop
    }
    ~handle() override {
      worker_->abandoned = true;
    }
    void stop() override {
      worker_->stopped = true;
    }
    void kill() override {
      worker_->killed = true;
      worker_->end_by(SIGKILL);
    }
    std::shared_ptr<worker> worker_;
  };
};

} // namespace camwall::test
