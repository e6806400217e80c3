#include "daemon/service.h"

#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include "daemon/descriptors.h"
#include "daemon/environments.h"
#include "daemon/process.h"
#include "daemon/report_process.h"
#include "daemon/restart.h"
#include "daemon/supervision.h"
#include "daemon/system_log.h"
#include "filter/connection_limit.h"
#include "io/listener.h"
#include "io/socket_spec.h"
#include "libmilter/engine.h"
#include "metrics/counters.h"
#include "milter/native_engine.h"
#include "sandbox/confinement.h"

namespace dmarc::daemon {
namespace {

using Done = tl::expected<void, FatalError>;

// How often the supervisor tells the service manager that all is well.
constexpr std::chrono::seconds rounds_interval{1};

// How long failure reports may delay the end, after the messages in progress were finished.
constexpr std::chrono::seconds report_drain{5};

// The same for history records, which are written at once unless the disk hangs.
constexpr std::chrono::seconds history_drain{2};

// For everything else at the end.
constexpr std::chrono::seconds leeway{1};

// OpenDMARC's when the milter library ends by itself.
constexpr int engine_failed = 255;

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "(none)" : text;
}

class Service {
 public:
  Service(const Startup& startup, Signals& signals);
  Done start();
  [[noreturn]] void give_up(const FatalError& failure);
  [[noreturn]] void supervise();

 private:
  Done settle_in();
  Done multiply();
  Done start_report_process();
  Done open_socket();
  void confine_itself();
  Done start_engine();
  Done start_protocol();
  void note_engine_end(int error);
  void configure_log(const config::Logging& logging);
  void log_start();
  void begin_reload();
  void reload();
  void log_statistics();
  void bound_the_end();
  [[noreturn]] void finish(int status, int error = 0);
  [[noreturn]] void leave(int status);
  std::string socket_text() const;
  std::string pid_file_path() const;

  const Options& options_;
  const config::Configuration& configuration_;
  const std::string& reload_path_;
  const std::optional<int> passed_socket_;
  Signals& signals_;
  SystemLog log_;
  Background background_;
  const std::uint64_t descriptors_;  ///< that the process can have
  filter::ConnectionLimit connection_limit_;
  std::optional<io::Listener> listener_;
  std::optional<PidFile> pid_file_;
  std::optional<sandbox::Folders> folders_;  ///< once confined: the only ones that can be used
  ReportTransport report_transport_;
  std::optional<Environments> environments_;
  std::optional<milter::NativeEngine> native_engine_;
  FreeMemory free_memory_;
  bool restarted_ = false;  ///< a parent process watches this one, and has the pid file
  bool signals_ours_ = true;
  bool may_be_unfinished_;     ///< whether the configuration's last line had no line end
  bool reload_again_ = false;  ///< asked for during a reload
  std::atomic<bool> reloading_{false};
  std::atomic<int> engine_error_{0};  ///< errno of the engine that gave up
};

Service::Service(const Startup& startup, Signals& signals)
    : options_(startup.options),
      configuration_(startup.configuration),
      reload_path_(startup.reload_path),
      passed_socket_(startup.passed_socket),
      signals_(signals),
      log_(options_.program),
      descriptors_(raise_descriptor_limit()),
      connection_limit_(limits_within(descriptors_, configuration_.process.max_connections), log_),
      may_be_unfinished_(configuration_.is_unfinished) {
  configure_log(configuration_.logging);
}

void Service::configure_log(const config::Logging& logging) {
  log_.configure(options_.syslog || logging.syslog, logging.facility, options_.foreground);
}

std::string Service::socket_text() const {
  return options_.socket.value_or(configuration_.process.socket);
}

Done Service::start() {
  return settle_in()
      .and_then([this] { return start_report_process(); })
      .and_then([this] { return open_socket(); })
      .and_then([this] { return start_engine(); });
}

/// Everything before the first descriptor and thread of the daemon's own.
Done Service::settle_in() {
  const config::Process& process = configuration_.process;
  const std::string user = options_.user.value_or(process.user);
  tl::expected<Identity, FatalError> identity;
  if (!user.empty()) identity = find_identity(user);
  if (!identity) return tl::unexpected(identity.error());
  if (!process.base_directory.empty() && ::chdir(process.base_directory.c_str()) != 0) {
    return tl::unexpected(fatal_error(EX_CONFIG, process.base_directory + ": chdir()", errno));
  }
  if (!process.root_directory.empty()) {
    if (user.empty() && ::geteuid() == 0) log_.write(log::make<log::Id::root_without_user>());
    if (auto done = change_root(process.root_directory); !done) return done;
  }
  if (!user.empty()) {
    if (auto done = become(*identity); !done) return done;
  }
  if (process.enable_coredumps && !enable_coredumps())
    log_.write(log::make<log::Id::no_coredumps>());
  if (process.umask) ::umask(*process.umask);
  return multiply();
}

/// Goes into the background, and starts the process that restarts this one, as configured.
Done Service::multiply() {
  const config::Process& process = configuration_.process;
  if (!options_.foreground && process.background) {
    auto background = Background::enter();
    if (!background) return tl::unexpected(background.error());
    background_ = std::move(*background);
  }
  restarted_ = options_.auto_restart || process.auto_restart;
  return restarted_ ? restart_when_it_dies(process.restart_limits, pid_file_path(), log_) : Done();
}

std::string Service::pid_file_path() const {
  return options_.pid_file.value_or(configuration_.process.pid_file);
}

/// Done before the process gives up the rights that sending mail needs.
Done Service::start_report_process() {
  if (!configuration_.failure_reports.enabled) return {};
  auto process = ReportProcess::start(report_command(configuration_, reload_path_));
  if (!process) return tl::unexpected(process.error());
  report_transport_ = {std::move(*process), own_name()};
  return {};
}

Done Service::open_socket() {
  auto opened = [this]() -> tl::expected<io::Listener, std::string> {
    if (passed_socket_) return io::Listener::adopt(*passed_socket_);
    return io::parse_socket_spec(socket_text()).and_then(io::Listener::open);
  }();
  if (!opened) return tl::unexpected(FatalError{EX_UNAVAILABLE, opened.error()});
  listener_.emplace(std::move(*opened));
  if (!restarted_) pid_file_.emplace(pid_file_path(), log_);
  return {};
}

/// Gives up every right that is not needed from here on.
void Service::confine_itself() {
  sandbox::Folders folders;
  folders.read(reload_path_);
  for (const std::string& file : configuration_.files)
    folders.read(file);
  folders.write(configuration_.history.path);
  folders.write(pid_file_path());
  folders.write(listener_->path());
  if (configuration_.process.enable_coredumps) folders.write_core();
  if (confine(folders, log_)) folders_ = std::move(folders);
}

Done Service::start_engine() {
  log_start();
  if (configuration_.process.confine) confine_itself();
  if (::geteuid() == 0) {
    log_.write(log::make<log::Id::note>(
        "running as root: whoever breaks into the filter can read what only root can; set UserID"));
  }
  environments_.emplace(log_, report_transport_);
  environments_->use(configuration_);
  if (const Done started = start_protocol(); !started) return started;
  service_manager::ready(restarted_ ? ::getppid() : ::getpid());
  background_.ready();
  return {};
}

Done Service::start_protocol() {
  const milter::EngineOptions engine{.environment = [this] { return environments_->current(); },
                                     .connection_limit = &connection_limit_,
                                     .sink = &log_};
  if (configuration_.process.engine == config::MilterEngine::native) {
    native_engine_.emplace(*listener_, engine);
    return {};
  }
  const auto started =
      libmilter::start(*listener_, {.engine = engine,
                                    .debug_level = configuration_.process.milter_debug,
                                    .socket = socket_text(),
                                    .ended = [this](int error) { note_engine_end(error); }});
  if (!started) return tl::unexpected(FatalError{EX_UNAVAILABLE, started.error()});
  signals_ours_ = *started == libmilter::Corrections::in_force;
  if (!signals_ours_) log_.write(log::make<log::Id::libmilter_rigid>());
  return {};
}

/// Called by libmilter's thread.
void Service::note_engine_end(int error) {
  engine_error_ = error;
  signals_.engine_ended();
}

void Service::log_start() {
  const policy::Settings& settings = configuration_.policy;
  const std::string& arguments = options_.arguments;
  log_.write(log::make<log::Id::starting>(settings.version,
                                          arguments.empty() ? "" : " (args: " + arguments + ")"));
  log_.write(log::make<log::Id::trusted_services>(list_of(settings.trusted_authserv_ids)));
  for (const log::Event& warning : configuration_.warnings)
    log_.write(warning);
  if (const std::size_t wanted = configuration_.process.max_connections;
      connection_limit_.limit() < wanted) {
    log_.write(
        log::make<log::Id::fewer_connections>(wanted, descriptors_, connection_limit_.limit()));
  }
  if (passed_socket_) {
    log_.write(log::make<log::Id::note>("listening on the socket that the service manager holds"));
  }
}

void Service::give_up(const FatalError& failure) {
  std::cerr << options_.program << ": " << failure.text << '\n';
  if (log_.uses_syslog()) log_.write(log::make<log::Id::start_failed>(failure.text));
  background_.failed(failure.status);
  leave(failure.status);
}

void Service::supervise() {
  for (;;) {
    const std::optional<Wish> wish = signals_.wait(rounds_interval);
    service_manager::alive();
    sandbox::report_refusals(log_);
    log_.retry();
    free_memory_.give_back_after_peak();
    if (wish == Wish::statistics) log_statistics();
    if (wish == Wish::reload || (reload_again_ && !reloading_)) begin_reload();
    const bool ended = wish == Wish::engine_ended;
    // A libmilter that handles signals itself has ended because of one.
    if (ended && signals_ours_) finish(engine_failed, engine_error_);
    if (wish == Wish::stop || ended) break;
  }
  bound_the_end();
  service_manager::stopping();
  if (native_engine_) native_engine_->stop_accepting();
  drain(*listener_, connection_limit_, signals_, log_);
  finish(EX_OK);
}

/// In a thread of its own, so that a disk that hangs delays no signal to stop.
void Service::begin_reload() {
  if (reload_path_.empty()) return log_.write(log::make<log::Id::reload_ignored>());
  reload_again_ = reloading_.exchange(true);
  if (reload_again_) return;
  std::thread([this] {
    try {
      reload();
    } catch (const std::exception& error) {
      log_.write(log::make<log::Id::config_error>(error.what()));
    }
    reloading_ = false;
  }).detach();
}

void Service::reload() {
  service_manager::reloading();
  const auto loaded = load_again(reload_path_, folders_, may_be_unfinished_);
  metrics::count(loaded ? metrics::Id::reloads_done : metrics::Id::reloads_refused);
  if (loaded) {
    may_be_unfinished_ = loaded->is_unfinished;
    environments_->use(*loaded);
    configure_log(loaded->logging);
    for (const log::Event& warning : loaded->warnings)
      log_.write(warning);
    log_.write(log::make<log::Id::reloaded>(reload_path_));
  } else {
    log_.write(loaded.error());
  }
  service_manager::ready(restarted_ ? ::getppid() : ::getpid());
}

void Service::log_statistics() {
  for (const std::string& line : metrics::summary())
    log_.write(log::make<log::Id::statistics>(line));
  log_.write(log::make<log::Id::statistics>(environments_->dns_statistics()));
  log_.write(log::make<log::Id::statistics>(
      "now: " + std::to_string(connection_limit_.connections()) + " connections; " +
      std::to_string(connection_limit_.messages()) + " messages in progress"));
}

/// Whatever hangs from here on, the process ends.
void Service::bound_the_end() {
  std::thread([this] {
    constexpr auto limit =
        std::chrono::duration_cast<std::chrono::seconds>(DrainLimits{}.messages) + report_drain +
        history_drain + leeway;
    std::this_thread::sleep_for(limit);
    log_.write(log::make<log::Id::forced_end>(limit.count()));
    ::_exit(EX_OSERR);
  }).detach();
}

void Service::finish(int status, int error) {
  environments_->close_failure_reports(report_drain);
  environments_->close_history(history_drain);
  sandbox::report_refusals(log_);
  log_.write(log::make<log::Id::terminating>(configuration_.policy.version, status, error));
  log_.close();
  leave(status);
}

// Other threads may run; nothing may be destroyed under them.
void Service::leave(int status) {
  if (listener_) listener_->stop();
  pid_file_.reset();
  ::_exit(status);
}

}  // namespace

void serve(const Startup& startup, Signals& signals) {
  // Not on the stack: once libmilter has started, its threads use it until _exit().
  auto* const service = new Service(startup, signals);
  if (const Done started = service->start(); !started) service->give_up(started.error());
  service->supervise();
}

}  // namespace dmarc::daemon
