#include "config/sections.hpp"
#include "config/text_file.hpp"

#include <map>
#include <utility>

namespace camwall::config {

namespace {

constexpr std::size_t file_bytes_max = 65'536;
constexpr std::size_t variables_max = 1000;

using variables = std::map<std::string, std::string, std::less<>>;

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// What stands behind `NAME=`: bare up to a comment, or in quotes. In double quotes a backslash
/// takes the next character as it is. Nothing when a quote is not closed or text follows it.
std::optional<std::string> env_value(std::string_view text) {
  text = trim(text);
  bool quoted = text.starts_with('"') || text.starts_with('\'');
  if (!quoted) {
    auto comment = text.starts_with('#') ? 0 : text.find(" #");
    return std::string{trim(text.substr(0, comment))};
  }
  std::string out;
  std::size_t i = 1;
  for (; i < text.size() && text[i] != text[0]; ++i) {
    bool escape = text[0] == '"' && text[i] == '\\' && i + 1 < text.size();
    out += text[escape ? ++i : i];
  }
  if (i >= text.size())
    return std::nullopt;
  auto after = trim(text.substr(i + 1));
  return after.empty() || after.starts_with('#') ? std::optional{out} : std::nullopt;
}

void read_env_line(load_context& context, std::string_view line, int number, variables& into) {
  auto fail = [&](std::string message) { context.error({number, 1}, {}, std::move(message)); };
  line = trim(line);
  constexpr std::string_view prefix = "export ";
  if (line.starts_with(prefix))
    line = trim(line.substr(prefix.size()));
  if (line.empty() || line.starts_with('#'))
    return;
  auto equals = line.find('=');
  if (equals == std::string_view::npos)
    return fail("expected NAME=value");
  auto name = trim(line.substr(0, equals));
  if (!is_variable_name(name))
    return fail("what stands before = is not the name of a variable (letters, digits, _)");
  auto value = env_value(line.substr(equals + 1));
  if (!value)
    return fail("the quotes around the value of " + std::string{name} + " are not in order");
  if (into.size() == variables_max)
    return fail("more than " + std::to_string(variables_max) + " variables");
  into.insert_or_assign(std::string{name},
                        std::move(*value)); // The last one counts, as in a shell.
}

variables read_env_file(load_context& context) {
  variables out;
  auto path = context.folder / ".env";
  other_file scope{context, path};
  std::error_code error;
  auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    return out;
  auto file = read_text_file(path, file_bytes_max);
  if (!file) {
    context.error({}, {}, file.error());
    return out;
  }
  if (auto flaw = find_text_flaw(file->text)) {
    context.error(flaw->at, {}, flaw->message);
    return out;
  }
  std::string_view text = file->text;
  for (int number = 1; !text.empty(); ++number) {
    auto line = text.substr(0, text.find('\n'));
    read_env_line(context, line, number, out);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  if (file->world_readable && !out.empty())
    context.warn({}, {}, "can be read by every user; chmod o-r it if it holds secrets");
  return out;
}

void read_secret_entry(load_context& context, const yaml_node& key, const yaml_node& value,
                       variables& into) {
  if (key.what != yaml_node::kind::scalar || !is_variable_name(key.text)) {
    context.error(key.at, {}, "a key is not the name of a variable (letters, digits, _)");
    return;
  }
  auto fail = [&](std::string message) { context.error(value.at, key.text, std::move(message)); };
  if (value.what != yaml_node::kind::scalar)
    return fail("expected text, found " + std::string{to_string(value.what)});
  if (!value.tag.empty() && value.tag != "tag:yaml.org,2002:str")
    return fail("tags mean nothing here; write the secret itself");
  if (value.text.size() > secret_bytes_max)
    return fail("is longer than " + std::to_string(secret_bytes_max) + " bytes");
  if (find_text_flaw(value.text))
    return fail("holds a control character");
  if (into.size() == variables_max)
    return fail("more than " + std::to_string(variables_max) + " variables");
  if (!into.emplace(key.text, value.text).second)
    context.error(key.at, key.text, "is given twice");
}

variables parse_secrets(load_context& context, const std::string& text) {
  variables out;
  auto flaw = find_text_flaw(text);
  if (flaw) {
    context.error(flaw->at, {}, flaw->message);
    return out;
  }
  auto root = parse_yaml(text);
  if (!root) {
    context.error(root.error().at, {}, root.error().message);
    return out;
  }
  if (root->what != yaml_node::kind::mapping) {
    context.error(root->at, {}, "expected lines of NAME: value");
    return out;
  }
  for (std::size_t i = 0; i < root->keys.size() && i < root->items.size(); ++i)
    read_secret_entry(context, root->keys[i], root->items[i], out);
  return out;
}

variables read_secrets_file(load_context& context, section top) {
  auto value = top.text("secrets_file", {.bytes_max = 1024, .may_be_empty = false});
  if (!value)
    return {};
  auto path = (context.folder / value->text).lexically_normal();
  auto about = "the file " + quote(path.string()) + " ";
  auto file = read_text_file(path, file_bytes_max);
  if (!file || file->world_readable || file->world_writable) {
    context.files.push_back(path);
    if (!file)
      top.error(*value, about + file.error());
    else
      top.error(*value, about + "can be " + (file->world_readable ? "read" : "written") +
                          " by every user of this machine; mend it with: chmod o-rwx " +
                          path.string());
    return {};
  }
  other_file scope{context, path};
  return parse_secrets(context, file->text);
}

environment with_fallback(environment first, variables then) {
  return [first = std::move(first),
          then = std::move(then)](const std::string& name) -> std::optional<std::string> {
    if (auto value = first(name))
      return value;
    auto found = then.find(name);
    return found == then.end() ? std::nullopt : std::optional{found->second};
  };
}

} // namespace

void read_variables(load_context& context, const section& top) {
  // The name of the secrets file may hold variables, so .env comes before it; and yet what is in
  // the secrets file counts more.
  auto from_env_file = read_env_file(context);
  auto process = context.env;
  context.env = with_fallback(process, from_env_file);
  auto secrets = read_secrets_file(context, top);
  context.env =
    with_fallback(with_fallback(std::move(process), std::move(secrets)), std::move(from_env_file));
}

} // namespace camwall::config
