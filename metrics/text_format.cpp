#include "metrics/text_format.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace camwall::metrics {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

/// What a line takes, more or less: the text grows seldom.
constexpr std::size_t line_bytes = 80;

void escape(std::string& out, std::string_view text, bool quotes) {
  for (char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (quotes && c == '"'))
      out += '\\';
    out += c;
  }
}

/// The shortest digits that lead to the same number.
template <class T>
void number(std::string& out, T x) {
  std::array<char, 32> digits{}; // A double takes 24 at most.
  auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), x);
  out.append(digits.data(), end);
}

void number(std::string& out, double x) {
  if (std::isnan(x))
    out += "NaN";
  else if (std::isinf(x))
    out += x < 0 ? "-Inf" : "+Inf";
  else
    number<double>(out, x);
}

/// `name_suffix{label="value",le="0.5"} `; a bucket's `bound` may be null.
void begin_line(std::string& out, const std::string& name, std::string_view suffix,
                const ClientMetric& x, const double* bound = nullptr) {
  out.append(name).append(suffix);
  char before = '{';
  for (const auto& label : x.label) {
    out += before;
    out.append(label.name).append("=\"");
    escape(out, label.value, true);
    out += '"';
    before = ',';
  }
  if (bound != nullptr) {
    out += before;
    out += "le=\"";
    number(out, *bound);
    out += '"';
    before = ',';
  }
  out += before == ',' ? "} " : " ";
}

void add_histogram(std::string& out, const std::string& name, const ClientMetric& x) {
  const auto& all = x.histogram;
  for (const auto& bucket : all.bucket) {
    begin_line(out, name, "_bucket", x, &bucket.upper_bound);
    number(out, bucket.cumulative_count);
    out += '\n';
  }
  begin_line(out, name, "_sum", x);
  number(out, all.sample_sum);
  out += '\n';
  begin_line(out, name, "_count", x);
  number(out, all.sample_count);
  out += '\n';
}

void add_value(std::string& out, const std::string& name, const ClientMetric& x, double value) {
  begin_line(out, name, "", x);
  number(out, value);
  out += '\n';
}

void add_family(std::string& out, const prometheus::MetricFamily& family) {
  const auto histogram = family.type == MetricType::Histogram;
  const auto counter = family.type == MetricType::Counter;
  out.append("# HELP ").append(family.name).append(" ");
  escape(out, family.help, false);
  out.append("\n# TYPE ").append(family.name);
  out.append(histogram ? " histogram\n" : counter ? " counter\n" : " gauge\n");
  for (const auto& x : family.metric) {
    if (histogram)
      add_histogram(out, family.name, x);
    else
      add_value(out, family.name, x, counter ? x.counter.value : x.gauge.value);
  }
}

} // namespace

std::string text_of(const std::vector<prometheus::MetricFamily>& families) {
  std::size_t lines = 0;
  for (const auto& x : families)
    lines += x.metric.size();
  std::string out;
  out.reserve(lines * line_bytes);
  for (const auto& x : families)
    add_family(out, x);
  return out;
}

} // namespace camwall::metrics
