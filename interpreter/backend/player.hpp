#pragma once
// Models that scenarios play: no server and no I/O, what is played to one changes what it shows. A registered list of them is what failc
// knows; to the core they are names and documents.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/value/reading.hpp"
#include "interpreter/value/value.hpp"

namespace failc::backend {

/// Where in a document: keys, and indices in decimal.
using DocumentPath = std::vector<std::string>;

/// One thing that is not as it was wanted.
struct Difference {
  DocumentPath path;
  std::string wanted, seen;  // as a reader of the document would write them
};

class Player {
 public:
  virtual ~Player() = default;
  /// An error: this cannot be played, though PlayerModel::check found nothing.
  virtual Status play(const Document& step) = 0;
  /// All differences from what is shown now, in the order of `wanted`. What happened counts for one comparison.
  virtual std::vector<Difference> compare(const Document& wanted) = 0;
  /// The same of what PlayerModel::check made of the document. Nothing: it is not of this player's making, who takes the document.
  virtual std::optional<Status> play_read(const Reading&) { return std::nullopt; }
  virtual std::optional<std::vector<Difference>> compare_read(const Reading&) { return std::nullopt; }
  /// Whether the last call ended because this program is to end: what it said is no news of what was played then.
  virtual bool interrupted() const { return false; }
};

enum class PlayerPart : std::uint8_t { options, step, wanted };

/// `name` is what stands behind `play`. What a player draws, it draws from the seed alone.
struct PlayerModel {
  struct Problem {
    DocumentPath path;  // the last one may be a key that is not there
    std::string message, help;
  };
  struct Checked {
    Checked(std::vector<Problem> problems_, std::shared_ptr<const Reading> reading_ = nullptr) : problems(std::move(problems_)), reading(std::move(reading_)) {}
    std::vector<Problem> problems;
    std::shared_ptr<const Reading> reading;  // of a step or what is wanted, for players of this model; null: they take the document
  };
  std::string name;
  std::function<Checked(PlayerPart part, const Document& document)> check;
  std::function<Result<std::unique_ptr<Player>>(const Document& options, std::uint64_t seed)> make;
};

}  // namespace failc::backend
