// Whose question is sent next, when not all can be under way at a time.
//
//   Shares shares({.in_all = 4096, .each = 32});
//   shares.add(asker, number);                   // a question; it waits for its turn
//   while (const auto turn = shares.next()) {
//     if (turn->suspended) ... stop that question: it waits again
//     ... send turn->number
//   }
//   shares.remove(number);                       // it has its answer, or nobody wants one
//
// Those who ask have equal shares: the next turn belongs to the one who has the fewest questions
// under way, and among equals to the one whose last turn is longest ago. Of one asker, questions
// are sent in the order in which they were asked. When all places are taken, one who has two
// questions more under way than another who waits gives one up, the last that was sent: so nobody
// waits because of others who have more.
//
// Limits: those of the constructor; what waits is limited by those who ask.
// Threads: a value without locks; no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

namespace dmarc::resolver {

class Shares {
 public:
  /// Names a question; never used twice.
  using Number = std::uint64_t;
  /// Names one who asks.
  using AskerId = std::uint64_t;

  struct Limits {
    std::size_t in_all;  ///< questions under way
    std::size_t each;    ///< of one asker
  };

  /// Asks on behalf of everybody who has no share: no limit of its own.
  static constexpr AskerId nobody = 0;

  explicit Shares(Limits limits) : limits_(limits) {}

  void add(AskerId asker, Number number);
  void remove(Number number);

  /// Somebody else wants the answer as well: the question belongs to whoever has less under way.
  void share(Number number, AskerId with);
  /// The question belonged to somebody who does not want it any more.
  void give(Number number, AskerId to);
  AskerId owner(Number number) const { return questions_.at(number).asker; }

  struct Turn {
    Number number;
    std::optional<Number> suspended = {};
  };
  /// The next question to send; it is under way from now on. Nothing when all have to wait.
  std::optional<Turn> next();

  /// Puts a question that is under way back, first of its asker.
  void suspend(Number number);

  bool is_waiting(Number number) const { return !questions_.at(number).under_way; }
  std::size_t waiting() const { return questions_.size() - under_way_; }
  std::size_t under_way() const { return under_way_; }

 private:
  struct Asker {
    std::list<Number> waiting, under_way;  ///< in the order in which they were asked or sent
    std::uint64_t turn = 0;                ///< when it began to wait, or had its last turn
  };
  struct Question {
    AskerId asker;
    bool under_way = false;
    std::list<Number>::iterator place{};
  };

  std::size_t limit_of(AskerId asker) const {
    return asker == nobody ? limits_.in_all : limits_.each;
  }
  /// Around every change of an asker's lists.
  void take_out(AskerId id, const Asker& asker);
  void put_in(AskerId id);
  void insert(Number number, AskerId asker, bool first);

  const Limits limits_;
  std::unordered_map<Number, Question> questions_;
  std::unordered_map<AskerId, Asker> askers_;
  /// Who has something to send and may: the fewest under way first, then the longest wait.
  std::set<std::tuple<std::size_t, std::uint64_t, AskerId>> ready_;
  /// Who has something under way, the most last.
  std::set<std::tuple<std::size_t, AskerId>> busy_;
  std::size_t under_way_ = 0;
  std::uint64_t turns_ = 0;
};

}  // namespace dmarc::resolver
