#include "metrics/supervision_metrics.hpp"

#include "metrics/registry.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>

namespace camwall::metrics {

namespace {

const prometheus::Histogram::BucketBoundaries seconds_buckets{0.05, 0.1, 0.25, 0.5, 1,   2,   2.5,
                                                              5,    10,  30,   60,  300, 1800};

prometheus::Histogram& histogram(registry& x, const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(x.all).Add({},
                                                                                seconds_buckets);
}

} // namespace

struct supervision_metrics::instruments {
  explicit instruments(registry& x)
    : detection(
        histogram(x, "camwall_detection_seconds",
                  "Time from the last access unit to the moment at which the fault was known.")),
      recovery(histogram(x, "camwall_recovery_seconds",
                         "Time from the moment at which a fault was known to the next live.")),
      time_to_first_frame(histogram(x, "camwall_time_to_first_frame_seconds",
                                    "Time from the launch of a worker to its first access unit.")),
      // The registry gives out the family that the HTTP side has, too.
      limits(prometheus::BuildCounter()
               .Name("camwall_limit_reached_total")
               .Help("How often a limit was reached and something refused or closed.")
               .Register(x.all)) {
    // nop
  }

  prometheus::Histogram& detection;
  prometheus::Histogram& recovery;
  prometheus::Histogram& time_to_first_frame;
  prometheus::Family<prometheus::Counter>& limits;
};

supervision_metrics::supervision_metrics(registry& x)
  : instruments_(std::make_shared<instruments>(x)) {
  // nop
}

void supervision_metrics::detection(double seconds) {
  instruments_->detection.Observe(seconds);
}

void supervision_metrics::recovery(double seconds) {
  instruments_->recovery.Observe(seconds);
}

void supervision_metrics::time_to_first_frame(double seconds) {
  instruments_->time_to_first_frame.Observe(seconds);
}

void supervision_metrics::limit_reached(const char* limit) {
  instruments_->limits.Add({{"limit", limit}}).Increment();
}

} // namespace camwall::metrics
