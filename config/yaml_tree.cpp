#include "config/yaml_tree.hpp"

#include "config/text_file.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

namespace camwall::config {

namespace {

/// Turns yaml-cpp's marks (from 0, columns in bytes) into places that an editor shows.
class places {
public:
  explicit places(std::string_view text) : text_(text) {
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\n')
        line_begins_.push_back(i + 1);
  }

  position operator()(const YAML::Mark& mark) const {
    if (mark.line < 0 || mark.column < 0)
      return position{1, 1};
    auto line = std::min(static_cast<std::size_t>(mark.line), line_begins_.size() - 1);
    auto before = text_.substr(line_begins_[line], static_cast<std::size_t>(mark.column));
    return position{static_cast<int>(line) + 1, static_cast<int>(utf8_count(before)) + 1};
  }

  /// The text from `mark` on.
  std::string_view from(const YAML::Mark& mark) const {
    if (mark.line < 0 || mark.column < 0)
      return {};
    auto line = std::min(static_cast<std::size_t>(mark.line), line_begins_.size() - 1);
    auto offset = line_begins_[line] + static_cast<std::size_t>(mark.column);
    return text_.substr(std::min(offset, text_.size()));
  }

  bool begins_with_document_marker(position at) const {
    return text_.substr(line_begins_[static_cast<std::size_t>(at.line) - 1], 3) == "---";
  }

private:
  std::string_view text_;
  std::vector<std::size_t> line_begins_{0};
};

/// True when `text`, which begins with a quote, holds the other one (YAML 1.2.2 §7.3.1, §7.3.2).
bool has_closing_quote(std::string_view text) {
  auto quote = text.front();
  for (std::size_t i = 1; i < text.size(); ++i) {
    bool escape = quote == '"' ? text[i] == '\\' : text.substr(i, 2) == "''";
    if (escape)
      ++i;
    else if (text[i] == quote)
      return true;
  }
  return false;
}

/// Skips `&anchor` and `!tag` before a scalar.
std::string_view skip_properties(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  while (!text.empty() && (text.front() == '&' || text.front() == '!')) {
    text.remove_prefix(std::min(text.find_first_of(blanks), text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  }
  return text;
}

/// Builds the tree from yaml-cpp's events. Its own nodes keep only one of two equal keys, so they
/// are not used.
class tree_builder final : public YAML::EventHandler {
public:
  explicit tree_builder(const places& where) : where_(where) {
    // nop
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    auto at = where_(mark);
    if (root_ && where_.begins_with_document_marker(at))
      throw yaml_error{at, "a second document begins here; a configuration is one document"};
    if (root_)
      throw yaml_error{at, "text after the end of the configuration; is the indentation right?"};
  }
  void OnDocumentEnd() override {
    // nop
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    // An absent value has no place of its own: yaml-cpp marks whatever follows. Its key is what
    // people look for.
    auto at = awaits_value() ? stack_.back().node.keys.back().at : where_(mark);
    yaml_node node;
    node.at = at;
    count(1, at);
    add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw yaml_error{where_(mark), "this alias stands inside what it names"};
    count(found->second.nodes, where_(mark));
    add(yaml_node{found->second.node}, YAML::NullAnchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    auto node = make(yaml_node::kind::scalar, mark, tag);
    // yaml-cpp takes an open quote as closed at the end of the file, with all cameras in it.
    auto written = skip_properties(where_.from(mark));
    bool quoted = !written.empty() && (written.front() == '"' || written.front() == '\'');
    if (quoted && !has_closing_quote(written))
      throw yaml_error{node.at, "a quote is opened here and never closed"};
    node.text = value;
    count(weight(node) - 1, node.at);
    add(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(make(yaml_node::kind::sequence, mark, tag), anchor);
  }
  void OnSequenceEnd() override {
    close();
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(make(yaml_node::kind::mapping, mark, tag), anchor);
  }
  void OnMapEnd() override {
    close();
  }

  std::optional<yaml_node> take_root() {
    return std::move(root_);
  }

  /// Where the list or mapping begins that is not complete yet.
  std::optional<position> open_since() const {
    return stack_.empty() ? std::nullopt : std::optional<position>{stack_.back().node.at};
  }

private:
  struct frame {
    yaml_node node;
    YAML::anchor_t anchor;
    std::size_t nodes_before;
  };
  struct anchored {
    yaml_node node;
    std::size_t nodes;
  };

  bool awaits_value() const {
    if (stack_.empty() || stack_.back().node.what != yaml_node::kind::mapping)
      return false;
    return stack_.back().node.keys.size() > stack_.back().node.items.size();
  }

  /// Long texts count as several values, so that the limit bounds what aliases can repeat of them.
  static std::size_t weight(const yaml_node& scalar) {
    return 1 + scalar.text.size() / 64;
  }

  void count(std::size_t nodes, position at) {
    nodes_ += nodes;
    if (nodes_ > yaml_nodes_max)
      throw yaml_error{at, "more than " + std::to_string(yaml_nodes_max) +
                             " values, counting what aliases repeat"};
  }

  yaml_node make(yaml_node::kind what, const YAML::Mark& mark, const std::string& tag) {
    yaml_node node;
    node.what = what;
    node.at = where_(mark);
    if (tag != "?" && tag != "!") // yaml-cpp's words for "none" on plain and on quoted values.
      node.tag = tag;
    count(1, node.at);
    return node;
  }

  void open(yaml_node node, YAML::anchor_t anchor) {
    if (stack_.size() >= yaml_depth_max)
      throw yaml_error{node.at, "nested deeper than " + std::to_string(yaml_depth_max) + " levels"};
    stack_.push_back(frame{std::move(node), anchor, nodes_ - 1});
  }

  void close() {
    auto done = std::move(stack_.back());
    stack_.pop_back();
    if (done.anchor != YAML::NullAnchor)
      anchors_.insert_or_assign(done.anchor, anchored{done.node, nodes_ - done.nodes_before});
    add(std::move(done.node), YAML::NullAnchor);
  }

  void add(yaml_node node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor)
      anchors_.insert_or_assign(anchor, anchored{node, weight(node)});
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    auto& parent = stack_.back().node;
    bool is_key = parent.what == yaml_node::kind::mapping && !awaits_value();
    (is_key ? parent.keys : parent.items).push_back(std::move(node));
  }

  const places& where_;
  std::vector<frame> stack_;
  std::map<YAML::anchor_t, anchored> anchors_;
  std::size_t nodes_ = 0;
  std::optional<yaml_node> root_;
};

/// yaml-cpp's answers to tabs depend on where they stand and name other causes; so they are looked
/// for beforehand.
std::optional<yaml_error> find_tab_in_indentation(std::string_view text) {
  int line = 1;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    auto end = std::min(text.find('\n', begin), text.size());
    auto content = text.substr(begin, end - begin);
    auto first = content.find_first_not_of(" \t\r");
    auto tab = content.find('\t');
    if (first != std::string_view::npos && content[first] != '#' && tab < first)
      return yaml_error{{line, static_cast<int>(tab) + 1},
                        "a tab in the indentation; YAML wants spaces"};
    begin = end + 1;
  }
  return std::nullopt;
}

} // namespace

tl::expected<yaml_node, yaml_error> parse_yaml(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.substr(0, byte_order_mark.size()) == byte_order_mark)
    text.remove_prefix(byte_order_mark.size());
  if (auto tab = find_tab_in_indentation(text))
    return tl::unexpected(std::move(*tab));
  places where{text};
  tree_builder builder{where};
  try {
    std::istringstream in{std::string{text}};
    YAML::Parser parser{in};
    while (parser.HandleNextDocument(builder)) {
      // Until the end, so that a second document is noticed.
    }
  } catch (yaml_error& error) {
    return tl::unexpected(std::move(error));
  } catch (const YAML::Exception& error) {
    auto message = "YAML syntax: " + error.msg;
    bool open_bracket =
      error.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW || error.msg == YAML::ErrorMsg::END_OF_MAP_FLOW;
    if (auto begin = builder.open_since(); begin && open_bracket)
      message += "; its bracket is on line " + std::to_string(begin->line);
    return tl::unexpected(yaml_error{where(error.mark), std::move(message)});
  }
  auto root = builder.take_root();
  if (!root || root->what == yaml_node::kind::null)
    return tl::unexpected(yaml_error{{1, 1}, "the file is empty"});
  return std::move(*root);
}

} // namespace camwall::config
