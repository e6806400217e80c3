#include "milter/session.h"

#include <utility>

#include <dmarc/author_domain.h>
#include <dmarc/evaluate.h>

#include "mail/reverse_path.h"
#include "spf/check.h"

namespace dmarc::milter {
namespace {

constexpr std::string_view unknown_job_id = "(unknown-jobid)";

// What an SPF check takes for the client when the MTA names no address, as for mail that was
// submitted locally.
base::IpAddress local_client() {
  return *base::IpAddress::parse("127.0.0.1");
}

// The sender, unless the MTA reads it differently: Postfix shows its own parse in {mail_addr},
// empty for what it could not read. Two readers who disagree about a path must not authenticate it.
// Only the domain counts, because nothing else is an identifier, and because an MTA may rewrite the
// local part of its own domains.
mail::ReversePath reconcile(mail::ReversePath sender,
                            const std::optional<std::string>& mta_reading) {
  if (!mta_reading) return sender;
  const mail::ReversePath other = mail::parse_reverse_path("<" + *mta_reading + ">");
  const bool sure = sender.kind == mail::ReversePath::Kind::null ||
                    sender.kind == mail::ReversePath::Kind::mailbox;
  if (!sure || (sender.kind == other.kind && sender.domain == other.domain)) return sender;
  sender.kind = mail::ReversePath::Kind::invalid;
  sender.domain.reset();
  sender.detail = "the MTA reads it differently";
  return sender;
}

}  // namespace

/// The SPF check of one message. The work has shares of all that it needs, so that it may go on
/// when the message was given up.
struct Session::SpfCheck {
  struct Work {
    std::shared_ptr<const Environment> environment;
    std::shared_ptr<dns::LookupSession> lookups;
    spf::Request request;
    spf::Result result;

    void run() { result = spf::check(request, *lookups, environment->settings->spf); }
  };

  explicit SpfCheck(std::shared_ptr<Work> check)
      : work(std::move(check)),
        task(work->environment->workers->submit([shared = work] { shared->run(); })) {}
  SpfCheck(const SpfCheck&) = delete;
  SpfCheck& operator=(const SpfCheck&) = delete;
  ~SpfCheck() { task->cancel(); }

  const spf::Result& await() const {
    task->await();
    return work->result;
  }

  std::shared_ptr<Work> work;
  std::shared_ptr<WorkerPool::Task> task;
};

struct Session::MessageState {
  policy::Message message;
  std::shared_ptr<dns::LookupSession> lookups;
  /// SPF asks what the sender's record tells it to ask: it has a budget of its own, so that it
  /// can't use up the one for the author's policy.
  std::shared_ptr<dns::LookupSession> spf_lookups;
  std::unique_ptr<SpfCheck> spf;
  std::size_t header_octets = 0;
  bool prefetched = false;
};

Session::Session(std::shared_ptr<const Environment> environment)
    : environment_(std::move(environment)) {}

Session::~Session() = default;

Response Session::connect(std::string_view host, const std::optional<base::IpAddress>& address) {
  message_.reset();
  client_name_ = host;
  client_.reset();
  if (address) client_ = address->unmapped();
  if (!environment_->settings->ignore_hosts.contains(host, client_)) return Response::proceed;
  environment_->sink->write(log::make(log::Id::ignored_host, {host}));
  return Response::accept;
}

Response Session::helo(std::string_view name) {
  helo_ = name;
  return Response::proceed;
}

Response Session::mail(std::string_view argument, const Macros& macros) {
  message_.reset();
  const policy::Settings& settings = *environment_->settings;
  if (settings.ignore_authenticated_clients && macros("auth_authen")) {
    environment_->sink->write(log::make(log::Id::ignored_authenticated, {argument}));
    return Response::accept;
  }
  message_ = std::make_unique<MessageState>();
  message_->lookups =
      std::make_shared<dns::LookupSession>(*environment_->resolver, environment_->lookup_limits);
  policy::Message& message = message_->message;
  message.client_name = client_name_;
  message.client = client_;
  message.helo = helo_;
  message.sender = reconcile(mail::parse_reverse_path(argument), macros("mail_addr"));
  if (settings.spf_self_validate) start_spf();
  return Response::proceed;
}

void Session::start_spf() {
  const policy::Message& message = message_->message;
  message_->spf_lookups =
      std::make_shared<dns::LookupSession>(*environment_->resolver, environment_->lookup_limits);
  message_->spf = std::make_unique<SpfCheck>(std::make_shared<SpfCheck::Work>(
      SpfCheck::Work{environment_,
                     message_->spf_lookups,
                     {message.client.value_or(local_client()), message.helo, message.sender},
                     {}}));
}

Response Session::header(std::string_view name, std::string_view value) {
  if (!message_) return Response::proceed;
  policy::Message& message = message_->message;
  message_->header_octets += name.size() + value.size();
  if (message.header.size() >= max_header_fields || message_->header_octets > max_header_octets) {
    message.header_truncated = true;
    return Response::proceed;
  }
  message.header.push_back({std::string(name), std::string(value)});
  if (!message_->prefetched && mail::is_field(message.header.back(), "From")) prefetch();
  return Response::proceed;
}

void Session::prefetch() {
  message_->prefetched = true;
  const Options options = environment_->settings->evaluation();
  const std::string_view from = message_->message.header.back().value;
  const mail::Author author = mail::find_author_in({&from, 1});
  std::size_t count = 0;
  for (const dns::Name& domain : author.visible) {
    if (++count > mail::Author::max_visible) break;
    prefetch_author(domain, options, *message_->lookups);
  }
  const std::optional<dns::Name>& sender = message_->message.sender.domain;
  if (message_->spf && sender && author.visible.size() == 1 && author.visible.front() != *sender) {
    prefetch_identifier(*sender, options, *message_->lookups);
  }
}

policy::Judgement Session::end_of_message(const Macros& macros) {
  if (!message_) {
    // Out of order: nothing is known about this message, so nothing can be said for it.
    policy::Judgement judgement;
    judgement.action = policy::Action::tempfail;
    return judgement;
  }
  const std::unique_ptr<MessageState> state = std::move(message_);
  policy::Message& message = state->message;
  message.mta_name = macros("j").value_or("");
  message.job_id = macros("i").value_or("");
  if (message.job_id.empty()) {
    message.job_id = unknown_job_id;
    if (!environment_->job_id_missed.test_and_set()) {
      environment_->sink->write(log::make(log::Id::no_job_id));
    }
  }
  state->lookups->restart_clock();
  if (state->spf_lookups) state->spf_lookups->restart_clock();
  policy::Judgement judgement =
      policy::judge(message, *environment_->settings, *state->lookups,
                    [&] { return state->spf ? state->spf->await() : spf::Result{}; });
  for (const log::Event& event : judgement.events)
    environment_->sink->write(event);
  return judgement;
}

void Session::abort() {
  message_.reset();
}

bool Session::in_message() const {
  return message_ != nullptr;
}

}  // namespace dmarc::milter
