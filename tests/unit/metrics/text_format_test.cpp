#include "metrics/text_format.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace camwall::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric gauge(std::vector<ClientMetric::Label> labels, double value) {
  ClientMetric x;
  x.label = std::move(labels);
  x.gauge.value = value;
  return x;
}

TEST(text_format_test, writes_counters_and_gauges_with_what_their_labels_need) {
  ClientMetric counted;
  counted.counter.value = 1'234'567'890;
  std::vector<MetricFamily> all{
    {"frames_total", "Frames \\ in\nall, \"so to speak\".", MetricType::Counter, {counted}},
    {"free",
     "Bytes.",
     MetricType::Gauge,
     {gauge({{"of", "a\\b\"c\nd"}, {"at", "ü"}}, 0.1), gauge({{"of", "e"}}, -3)}}};
  EXPECT_EQ(text_of(all),
            "# HELP frames_total Frames \\\\ in\\nall, \"so to speak\".\n"
            "# TYPE frames_total counter\n"
            "frames_total 1234567890\n"
            "# HELP free Bytes.\n"
            "# TYPE free gauge\n"
            "free{of=\"a\\\\b\\\"c\\nd\",at=\"ü\"} 0.1\n"
            "free{of=\"e\"} -3\n");
}

TEST(text_format_test, writes_every_number_so_that_it_is_the_same_when_read) {
  using limit = std::numeric_limits<double>;
  auto word = [](double value) {
    auto text = text_of({{"x", "", MetricType::Gauge, {gauge({}, value)}}});
    return text.substr(text.rfind("x ") + 2);
  };
  EXPECT_EQ(word(1767268840.123), "1767268840.123\n");
  EXPECT_EQ(word(1.0 / 3), "0.3333333333333333\n");
  EXPECT_EQ(word(limit::max()), "1.7976931348623157e+308\n");
  EXPECT_EQ(word(-limit::denorm_min()), "-5e-324\n");
  EXPECT_EQ(word(limit::infinity()), "+Inf\n");
  EXPECT_EQ(word(-limit::infinity()), "-Inf\n");
  EXPECT_EQ(word(limit::quiet_NaN()), "NaN\n");
}

TEST(text_format_test, writes_a_histogram_with_all_its_buckets) {
  ClientMetric x;
  x.label = {{"route", "hls"}};
  x.histogram.sample_count = 3;
  x.histogram.sample_sum = 2.5;
  x.histogram.bucket = {{1, 0.005}, {3, std::numeric_limits<double>::infinity()}};
  EXPECT_EQ(text_of({{"took", "Seconds.", MetricType::Histogram, {x}}}),
            "# HELP took Seconds.\n"
            "# TYPE took histogram\n"
            "took_bucket{route=\"hls\",le=\"0.005\"} 1\n"
            "took_bucket{route=\"hls\",le=\"+Inf\"} 3\n"
            "took_sum{route=\"hls\"} 2.5\n"
            "took_count{route=\"hls\"} 3\n");
}

} // namespace
} // namespace camwall::metrics
