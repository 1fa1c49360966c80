#pragma once

#include <prometheus/metric_family.h>

#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace camwall::metrics {

using label = std::pair<std::string_view, std::string_view>;

/// One metric family in the making.
class family {
public:
  family(std::string name, std::string help, prometheus::MetricType type) {
    x_.name = std::move(name);
    x_.help = std::move(help);
    x_.type = type;
  }

  family& add(std::initializer_list<label> labels, double value) {
    prometheus::ClientMetric metric;
    for (auto [name, text] : labels)
      metric.label.push_back({std::string{name}, std::string{text}});
    if (x_.type == prometheus::MetricType::Counter)
      metric.counter.value = value;
    else
      metric.gauge.value = value;
    x_.metric.push_back(std::move(metric));
    return *this;
  }

  prometheus::MetricFamily take() && {
    return std::move(x_);
  }

private:
  prometheus::MetricFamily x_;
};

/// Families that are built anew at each scrape from state that lives elsewhere.
class families {
public:
  family& counter(std::string name, std::string help) {
    return all_.emplace_back(std::move(name), std::move(help), prometheus::MetricType::Counter);
  }
  family& gauge(std::string name, std::string help) {
    return all_.emplace_back(std::move(name), std::move(help), prometheus::MetricType::Gauge);
  }

  std::vector<prometheus::MetricFamily> take() && {
    std::vector<prometheus::MetricFamily> out;
    for (auto& x : all_)
      out.push_back(std::move(x).take());
    return out;
  }

private:
  std::deque<family> all_; // References stay valid.
};

} // namespace camwall::metrics
