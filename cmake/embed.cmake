# Writes OUT: every file of FILES as a raw string literal, found by its base name; `find` and `names` of HEADER, in failc::NAMESPACE.
set(rows "")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} text)
  string(APPEND rows "    {\"${name}\", R\"__fail__(${text})__fail__\"},\n")
endforeach()
file(WRITE ${OUT} "#include \"${HEADER}\"

#include <utility>

namespace failc::${NAMESPACE} {
namespace {
constexpr std::pair<std::string_view, std::string_view> kFiles[] = {
${rows}    {\"\", \"\"},
};
}  // namespace

std::optional<std::string_view> find(std::string_view name) {
  for (const auto& [known, text] : kFiles)
    if (!name.empty() && known == name) return text;
  return std::nullopt;
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> out;
  for (const auto& [known, text] : kFiles)
    if (!known.empty()) out.push_back(known);
  return out;
}
}  // namespace failc::${NAMESPACE}
")
