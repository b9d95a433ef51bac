#include "interpreter/systems/mongodb/black_box/program.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace failc::black_box {
namespace {

constexpr auto kLook = std::chrono::milliseconds(50);
constexpr off_t kLastWords = 2000;  // bytes of the program's standard error that are looked at

std::string seconds(std::chrono::milliseconds time) {
  const auto tenths = time.count() / 100;
  return std::to_string(tenths / 10) + (tenths % 10 ? "." + std::to_string(tenths % 10) : "") + " s";
}

}  // namespace

Program::Program(std::vector<std::string> argv, std::function<bool()> interrupted)
    : argv_(std::move(argv)), interrupted_(std::move(interrupted)), log_(::memfd_create("driver's standard error", MFD_CLOEXEC)) {
  host::DriverClient::Options options;
  options.error = log_.get();
  options.event = [this](const host::DriverEvent& event) {
    if (listener_ && event.entity == entity_) listener_(event);
  };
  client_ = std::make_unique<host::DriverClient>(loop_, std::move(options));
}

Program::~Program() = default;

void Program::listen(std::string entity, std::function<void(const host::DriverEvent&)> listener) {
  entity_ = std::move(entity);
  listener_ = std::move(listener);
}

/// The last line that it wrote as its log.
std::string Program::last_words() const {
  const off_t end = ::lseek(log_.get(), 0, SEEK_END), from = std::max<off_t>(0, end - kLastWords);
  std::string text(static_cast<std::size_t>(std::max<off_t>(0, end - from)), '\0');
  const ssize_t got = ::pread(log_.get(), text.data(), text.size(), from);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  text.erase(0, text.rfind('\n') + 1);
  return text.empty() ? "" : "; its last words: " + text;
}

Status Program::trouble() const {
  if (broken()) return Error{broken_};
  if (interrupted_()) return Error{"interrupted"};
  return Done{};
}

std::uint64_t Program::begin(const Json& request) {
  const std::uint64_t number = ++asked_;
  client_->start(number, argv_, request.dump(-1, ' ', false, Json::error_handler_t::replace), [this, number](host::DriverAnswer answer) {
    if (answer.sent != host::Sent::answered && broken_.empty()) broken_ = answer.error + last_words();
    answers_[number] = std::move(answer);
  });
  return number;
}

Status Program::wait(const std::function<bool()>& held, Wait limit, const std::string& what) {
  const auto give_up = std::chrono::steady_clock::now() + limit;
  while (true) {
    if (const Status fine = trouble(); !fine) return fine;
    if (held()) return Done{};
    const auto now = std::chrono::steady_clock::now();
    if (now >= give_up) return Error{"waited " + seconds(limit) + " for " + what};
    loop_.restart();
    loop_.run_one_for(std::min<std::chrono::nanoseconds>(kLook, give_up - now));
  }
}

Status Program::pause(Wait length) {
  const auto over = std::chrono::steady_clock::now() + length;
  return wait([&] { return std::chrono::steady_clock::now() >= over; }, length + Wait(1000), "nothing");
}

Result<Program::Json> Program::ask(const Json& request, Wait limit, std::optional<Refusal>* refusal) {
  const std::uint64_t number = begin(request);
  const std::string op = request.value("op", "");
  if (const Status waited = wait([&] { return answered(number); }, limit, "the driver's answer to `" + op + "`"); !waited) {
    if (broken_.empty() && !interrupted_()) broken_ = waited.error().message + last_words();
    return Error{broken_.empty() ? waited.error().message : broken_};
  }
  const host::DriverAnswer answer = std::move(answers_.extract(number).mapped());
  if (!answer.ok.empty()) return Json::parse(answer.ok, nullptr, false);
  const Json failure = Json::parse(answer.failure, nullptr, false);
  const auto text = failure.find("message");
  const auto unsupported = failure.find("unsupported");
  Refusal said{text != failure.end() && text->is_string() ? text->get<std::string>() : "it does not say why", unsupported != failure.end() && unsupported->is_boolean() && unsupported->get<bool>()};
  if (refusal != nullptr) *refusal = said;
  return Error{"the driver refuses `" + op + "`: " + said.message};
}

}  // namespace failc::black_box
