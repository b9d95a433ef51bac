#include "tools/failc/arguments.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "grammar/diag/diagnostic.hpp"
#include "interpreter/value/value.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {

Arguments::Arguments(std::string usage, std::string purpose) : usage_(std::move(usage)), purpose_(std::move(purpose)) {}
void Arguments::flag(std::string name, bool& target, std::string help) { flags_.push_back({std::move(name), &target, std::move(help)}); }
void Arguments::value(std::string name, std::string placeholder, std::string help, Take take, bool repeatable) {
  values_.push_back({std::move(name), std::move(placeholder), std::move(help), std::move(take), repeatable});
}
void Arguments::not_yet(std::vector<std::string> names) { not_yet_ = std::move(names); }
void Arguments::words(std::vector<std::string>& target) { words_ = &target; }

std::string Arguments::help() const {
  std::string out = usage_ + "\n" + purpose_ + "\n";
  if (!flags_.empty() || !values_.empty()) out += "\n";
  for (const Flag& flag : flags_) out += fmt::format("  {:<22} {}\n", flag.name, flag.help);
  for (const Valued& value : values_)
    out += fmt::format("  {:<22} {}{}\n", value.name + " " + value.placeholder, value.help, value.repeatable ? " (repeatable)" : "");
  return out;
}

std::optional<Exit> Arguments::refuse(const std::vector<std::string>& extras) const {
  if (extras.empty()) return std::nullopt;
  // What follows an unknown option may be its value: the option is the mistake to name.
  const std::string* culprit = &extras.front();
  for (const std::string& extra : extras)
    if (extra.size() > 1 && extra.front() == '-') {
      culprit = &extra;
      break;
    }
  const std::string name = culprit->substr(0, culprit->find('='));
  for (const std::string& later : not_yet_)
    if (name == later) {
      complain("`" + name + "` is not in this version yet");
      return Exit::input;
    }
  if (!name.starts_with('-')) {
    complain("`" + name + "` is one argument too many; the form is `" + usage_ + "`");
    return Exit::input;
  }
  std::vector<std::string_view> known{"--help"};
  for (const Flag& flag : flags_) known.push_back(flag.name);
  for (const Valued& value : values_) known.push_back(value.name);
  const std::string_view near = diag::nearest(name, known);
  complain("unknown option `" + name + "`" + (near.empty() ? "; `--help` lists all" : "; did you mean `" + std::string(near) + "`?"));
  return Exit::input;
}

std::optional<Exit> Arguments::parse(const Words& words) {
  CLI::App app;
  app.allow_extras();
  app.set_help_flag();
  bool wants_help = false;
  app.add_flag("-h,--help", wants_help);
  for (const Flag& flag : flags_) app.add_flag(flag.name, *flag.target);
  std::vector<std::vector<std::string>> given(values_.size());
  for (std::size_t i = 0; i < values_.size(); ++i)
    app.add_option(values_[i].name, given[i])->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  // Behind `--` no word is an option; the library would call `--` itself one too many.
  const auto dashes = std::find(words.begin(), words.end(), "--");
  try {
    std::vector<std::string> reversed(words.begin(), dashes);
    std::reverse(reversed.begin(), reversed.end());
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    std::string text = error.what();
    if (!text.empty()) text.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
    complain(text);
    return Exit::input;
  }
  if (wants_help) {
    say(help());
    return Exit::pass;
  }
  // Not an option of the library's, which would take `[k]` for a list with a `k` in it.
  std::vector<std::string> extras = app.remaining();
  const auto is_option = [](const std::string& extra) { return extra.size() > 1 && extra.front() == '-'; };
  if (words_ && std::none_of(extras.begin(), extras.end(), is_option)) *words_ = std::exchange(extras, {});
  if (auto refused = refuse(extras)) return refused;
  if (words_ && dashes != words.end()) words_->insert(words_->end(), dashes + 1, words.end());
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (given[i].size() > 1 && !values_[i].repeatable) {
      complain("`" + values_[i].name + "` is given twice");
      return Exit::input;
    }
    for (const std::string& text : given[i])
      if (auto wrong = values_[i].take(text)) {
        complain("`" + values_[i].name + " " + text + "`: " + *wrong);
        return Exit::input;
      }
  }
  return std::nullopt;
}

Take text_into(std::string& target) {
  return [&target](const std::string& text) -> std::optional<std::string> {
    target = text;
    return std::nullopt;
  };
}

Take text_into(std::optional<std::string>& target) {
  return [&target](const std::string& text) -> std::optional<std::string> {
    if (text.empty()) return "something is wanted";
    target = text;
    return std::nullopt;
  };
}

Take texts_into(std::vector<std::string>& target) {
  return [&target](const std::string& text) -> std::optional<std::string> {
    target.push_back(text);
    return std::nullopt;
  };
}

Take choice_into(std::string& target, std::vector<std::string_view> choices) {
  return [&target, choices = std::move(choices)](const std::string& text) -> std::optional<std::string> {
    for (const std::string_view choice : choices)
      if (choice == text) {
        target = text;
        return std::nullopt;
      }
    const std::string_view near = diag::nearest(text, choices);
    if (!near.empty()) return fmt::format("did you mean `{}`?", near);
    return fmt::format("it is one of `{}`", fmt::join(choices, "`, `"));
  };
}

Take whole_number_into(std::optional<std::uint64_t>& target) {
  return [&target](const std::string& text) -> std::optional<std::string> {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return "a whole number from 0 to 18446744073709551615 is wanted";
    target = number;
    return std::nullopt;
  };
}

Take number_into(unsigned& target, unsigned least, unsigned most) {
  return [&target, least, most](const std::string& text) -> std::optional<std::string> {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) return fmt::format("a whole number from {} to {} is wanted", least, most);
    target = number;
    return std::nullopt;
  };
}

Take factor_into(double& target) {
  return [&target](const std::string& text) -> std::optional<std::string> {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || !(number > 0) || number > 1e6) return "a number above 0 and up to 1000000 is wanted";
    target = number;
    return std::nullopt;
  };
}

Take duration_into(std::optional<std::chrono::nanoseconds>& target, std::chrono::nanoseconds least, std::chrono::nanoseconds most) {
  return [&target, least, most](const std::string& text) -> std::optional<std::string> {
    const auto duration = parse_duration(text);
    if (!duration || duration->count() <= 0) return "a duration above zero like `30s` or `1.5m` is wanted";
    if (*duration < least || *duration > most) return fmt::format("a duration from {} to {} is wanted", show(least), show(most));
    target = *duration;
    return std::nullopt;
  };
}

Take seconds_into(std::chrono::nanoseconds& target, bool zero) {
  return [&target, zero](const std::string& text) -> std::optional<std::string> {
    const bool bare = !text.empty() && text.find_first_not_of("0123456789.") == std::string::npos;
    const auto duration = parse_duration(bare ? text + "s" : text);
    if (!duration || duration->count() < (zero ? 0 : 1)) return std::string("seconds, or a duration like `30s` or `1.5m`, ") + (zero ? "of zero or more" : "above zero") + " are wanted";
    target = *duration;
    return std::nullopt;
  };
}

}  // namespace failc::tools
