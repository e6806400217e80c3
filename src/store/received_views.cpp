// What the reports that arrived say together.

#include "base/ascii.h"
#include "store/received_reports.h"
#include "store/sql.h"

namespace dmarc::store {
namespace {

using receiving::AuthMethod;
using receiving::Disposition;
using receiving::Evaluation;

constexpr std::string_view from_rows =
    " FROM received_rows r JOIN received_reports p ON p.id = r.report ";

/// A sum of whole numbers is a decimal number on two of the engines.
std::string sum_of(const std::string& expression, Engine engine) {
  return "CAST(COALESCE(SUM(" + expression + "), 0) AS " +
         (engine == Engine::mariadb ? "SIGNED)" : "BIGINT)");
}

std::string messages_where(const std::string& condition, Engine engine) {
  return sum_of("CASE WHEN " + condition + " THEN r.messages ELSE 0 END", engine);
}

template <typename Enum>
std::string is(std::string_view column, Enum value) {
  return std::string(column) + " = " + std::to_string(static_cast<int>(value));
}

std::string without(AuthMethod method) {
  return "NOT EXISTS (SELECT 1 FROM received_results x WHERE x.report = r.report AND x.ordinal = "
         "r.ordinal AND " +
         is("x.method", method) + ")";
}

/// The columns of Numbers.
std::string count_columns(Engine engine) {
  const std::string dkim = is("r.dkim", Evaluation::pass);
  const std::string spf = is("r.spf", Evaluation::pass);
  std::string columns = sum_of("r.messages", engine);
  for (const std::string& condition :
       {dkim + " OR " + spf, dkim, spf, is("r.disposition", Disposition::quarantine),
        is("r.disposition", Disposition::reject),
        std::string("EXISTS (SELECT 1 FROM received_reasons y WHERE y.report = r.report AND "
                    "y.ordinal = r.ordinal)")})
    columns += ", " + messages_where(condition, engine);
  return columns;
}

struct Numbers {
  long long messages = 0, pass = 0, dkim = 0, spf = 0, quarantined = 0, rejected = 0,
            overridden = 0;

  void bind(soci::statement& query) {
    for (long long* const number :
         {&messages, &pass, &dkim, &spf, &quarantined, &rejected, &overridden})
      query.exchange(soci::into(*number));
  }
  ReceivedCounts counts() const {
    const auto whole = [](long long number) { return static_cast<std::uint64_t>(number); };
    return {.messages = whole(messages),
            .pass = whole(pass),
            .dkim_pass = whole(dkim),
            .spf_pass = whole(spf),
            .quarantined = whole(quarantined),
            .rejected = whole(rejected),
            .overridden = whole(overridden)};
  }
};

/// A question with the conditions of a filter, and of a sender.
class Question {
 public:
  Question(Database& database, const ReceivedFilter& filter)
      : statement(database.session()), domain_(base::lower(filter.domain)) {
    condition_ =
        "WHERE p.period_end > " + from_seconds(std::to_string(filter.since), database.engine());
    if (domain_.empty()) return;
    condition_ += " AND (p.domain = :domain OR r.header_from = :from)";
    statement.exchange(soci::use(domain_));
    statement.exchange(soci::use(domain_));
  }

  void only(const ReceivedSender& sender) {
    source_ = sender.source;
    from_ = sender.header_from;
    condition_ += " AND r.source = :source AND r.header_from = :sender";
    statement.exchange(soci::use(source_));
    statement.exchange(soci::use(from_));
  }

  /// After the places for the columns have been given.
  bool ask(const std::string& before, const std::string& after) {
    statement.alloc();
    statement.prepare(before + condition_ + after);
    statement.define_and_bind();
    return statement.execute(true);
  }

  soci::statement statement;

 private:
  std::string domain_;
  std::string source_;
  std::string from_;
  std::string condition_;
};

std::string at_most(std::size_t limit) {
  return " LIMIT " + std::to_string(limit);
}

/// The enumerator of a stored number; `unknown` for one that a later version has stored.
template <typename Enum>
Enum enum_of(int code, Enum last) {
  return code >= 0 && code <= static_cast<int>(last) ? static_cast<Enum>(code) : Enum{};
}

}  // namespace

ReceivedTotal ReceivedReports::total(const ReceivedFilter& filter) {
  return guarded([&] {
    const Engine engine = database_.engine();
    long long reports = 0, reporters = 0, begin = 0, end = 0;
    Numbers numbers;
    Question question(database_, filter);
    for (long long* const number : {&reports, &reporters, &begin, &end})
      question.statement.exchange(soci::into(*number));
    numbers.bind(question.statement);
    question.ask(
        "SELECT COUNT(DISTINCT p.id), COUNT(DISTINCT p.reporter), "
        "COALESCE(" +
            in_seconds("MIN(p.period_begin)", engine) + ", 0), COALESCE(" +
            in_seconds("MAX(p.period_end)", engine) + ", 0), " + count_columns(engine) +
            std::string(from_rows),
        "");
    return ReceivedTotal{.reports = static_cast<std::uint64_t>(reports),
                         .reporters = static_cast<std::uint64_t>(reporters),
                         .begin = begin,
                         .end = end,
                         .counts = numbers.counts()};
  });
}

std::vector<ReceivedSender> ReceivedReports::senders(const ReceivedFilter& filter,
                                                     std::size_t limit) {
  return guarded([&] {
    const Engine engine = database_.engine();
    ReceivedSender sender;
    Numbers numbers;
    long long without_dkim = 0, without_spf = 0;
    Question question(database_, filter);
    question.statement.exchange(soci::into(sender.source));
    question.statement.exchange(soci::into(sender.header_from));
    question.statement.exchange(soci::into(without_dkim));
    question.statement.exchange(soci::into(without_spf));
    numbers.bind(question.statement);
    std::vector<ReceivedSender> list;
    const std::string columns = messages_where(without(AuthMethod::dkim), engine) + ", " +
                                messages_where(without(AuthMethod::spf), engine) + ", " +
                                count_columns(engine);
    for (bool more = question.ask(
             "SELECT r.source, r.header_from, " + columns + std::string(from_rows),
             " GROUP BY r.source, r.header_from ORDER BY SUM(r.messages) DESC, r.source, "
             "r.header_from" +
                 at_most(limit));
         more; more = question.statement.fetch()) {
      sender.counts = numbers.counts();
      sender.without_dkim = static_cast<std::uint64_t>(without_dkim);
      sender.without_spf = static_cast<std::uint64_t>(without_spf);
      list.push_back(sender);
    }
    return list;
  });
}

std::vector<ReceivedResult> ReceivedReports::results(const ReceivedFilter& filter,
                                                     const ReceivedSender& sender,
                                                     std::size_t limit) {
  return guarded([&] {
    ReceivedResult row;
    int method = 0, result = 0, evaluation = 0;
    long long messages = 0;
    Question question(database_, filter);
    question.only(sender);
    question.statement.exchange(soci::into(method));
    question.statement.exchange(soci::into(row.domain));
    question.statement.exchange(soci::into(row.selector));
    question.statement.exchange(soci::into(result));
    question.statement.exchange(soci::into(evaluation));
    question.statement.exchange(soci::into(messages));
    const std::string evaluated =
        "CASE WHEN " + is("x.method", AuthMethod::dkim) + " THEN r.dkim ELSE r.spf END";
    const std::string columns = "x.method, x.domain, x.selector, x.result, " + evaluated;
    std::vector<ReceivedResult> list;
    for (bool more = question.ask(
             "SELECT " + columns + ", " + sum_of("r.messages", database_.engine()) +
                 std::string(from_rows) +
                 "JOIN received_results x ON x.report = r.report AND x.ordinal = r.ordinal ",
             " GROUP BY " + columns + " ORDER BY SUM(r.messages) DESC, " + columns +
                 at_most(limit));
         more; more = question.statement.fetch()) {
      row.method = enum_of(method, AuthMethod::spf);
      row.result = enum_of(result, receiving::AuthResult::permerror);
      row.evaluation = enum_of(evaluation, Evaluation::fail);
      row.messages = static_cast<std::uint64_t>(messages);
      list.push_back(row);
    }
    return list;
  });
}

std::vector<ReceivedReason> ReceivedReports::reasons(const ReceivedFilter& filter,
                                                     const ReceivedSender& sender,
                                                     std::size_t limit) {
  return guarded([&] {
    ReceivedReason row;
    int type = 0;
    long long messages = 0;
    Question question(database_, filter);
    question.only(sender);
    question.statement.exchange(soci::into(type));
    question.statement.exchange(soci::into(row.comment));
    question.statement.exchange(soci::into(messages));
    std::vector<ReceivedReason> list;
    for (bool more = question.ask(
             "SELECT y.type, y.comment, " + sum_of("r.messages", database_.engine()) +
                 std::string(from_rows) +
                 "JOIN received_reasons y ON y.report = r.report AND y.ordinal = r.ordinal ",
             " GROUP BY y.type, y.comment ORDER BY SUM(r.messages) DESC, y.type, y.comment" +
                 at_most(limit));
         more; more = question.statement.fetch()) {
      row.type = enum_of(type, receiving::Override::trusted_forwarder);
      row.messages = static_cast<std::uint64_t>(messages);
      list.push_back(row);
    }
    return list;
  });
}

}  // namespace dmarc::store
