// Any text as YAML and as JSON: a tree within its limits, or a reason; and what is walked has places in the text.
#include <cstdint>
#include <cstdlib>

#include "grammar/import/read.hpp"

namespace {

using namespace failc;

std::size_t walk(const spec::Ref& ref, std::size_t size) {
  if (ref.span().begin > ref.span().end || ref.span().end > size) std::abort();
  if (ref.alias() && ref.alias()->span.end > size) std::abort();
  std::size_t values = 1;
  if (ref.is(spec::Kind::integer)) (void)ref.integer();
  if (ref.is(spec::Kind::real)) (void)ref.real();
  for (const spec::Ref item : ref.items()) values += walk(item, size);
  for (const spec::Entry entry : ref.entries()) {
    if (!ref.find(entry.key.text())) std::abort();
    values += 1 + walk(entry.value, size);
  }
  return values;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1 << 14) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"f.yml", "f.json"}) {
    SourceMap sources;
    diag::Sink sink;
    const auto tree = spec::read(sources, sources.add(name, text), sink);
    if (tree.has_value() == sink.has_errors()) std::abort();
    if (tree && tree->nodes[tree->root].values < 10'000) (void)walk(spec::Ref(*tree), size);
  }
  return 0;
}
