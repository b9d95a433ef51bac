#include "interpreter/check/checker.hpp"

#include <filesystem>

#include "grammar/base/bug.hpp"

namespace failc::check {

Checker::Checker(const Options& options, SourceMap& sources, diag::Sink& sink)
    : options_(options), sources_(sources), sink_(sink), plan_(std::make_unique<plan::Plan>()) {}

std::unique_ptr<plan::Plan> Checker::run(FileId root) {
  const std::size_t before = sink_.errors();
  const std::string folder = std::filesystem::path(sources_[root].path).parent_path().string();
  load(root, folder);
  Env top;
  EnvScope scope(*this, top);
  params();
  for (std::uint32_t i = 0; i < components_.size(); ++i) component_heads(i);
  for (std::uint32_t i = 0; i < components_.size(); ++i) component_settings(i);
  for (std::uint32_t i = 0; i < files_.size(); ++i) collect_requests(i);
  for (std::uint32_t i = 0; i < components_.size(); ++i) component_bodies(i);
  for (std::uint32_t i = 0; i < clusters_.size(); ++i) cluster(i);
  for (std::uint32_t i = 0; i < clients_.size(); ++i)
    if (clients_[i].progress == Progress::untouched) client(i);
  for (std::uint32_t i = 0; i < workloads_.size(); ++i) workload(i);
  for (Definition& each : definitions_) definition(each);
  for (std::uint32_t i = 0; i < matrices_.size(); ++i) matrix(i);
  scenarios(0);
  if (sink_.errors() > before) return nullptr;
  if (options_.lint) unused();
  if (incomplete_) return nullptr;
  Status verified = plan::verify(*plan_);
  if (!verified) bug(verified.error().message.c_str(), __FILE__, __LINE__);
  if (options_.prove) proofs();
  if (sink_.errors() > before) return nullptr;
  return std::move(plan_);
}

}  // namespace failc::check
