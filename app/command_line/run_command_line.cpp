#include "app/command_line/run_command_line.h"

#include "app/command_line/command.h"
#include "app/command_line/console.h"
#include "app/command_line/help.h"
#include "app/program.h"
#include "app/window/window_options.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/version.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <string_view>

namespace paretoscope {

namespace {

constexpr int exitFailed = 1;
constexpr int exitBadUsage = 2;

// The command whose name is the first one or two words, and how many words that is.
std::pair<const Command*, size_t> findCommand(const std::vector<std::string>& words)
{
    std::vector<std::string> names;
    for (const Command* command : commands::all()) {
        if (command->name == words[0]) return {command, 1};
        if (words.size() > 1 && command->name == words[0] + " " + words[1]) return {command, 2};
        names.push_back(command->name);
    }
    const std::string prefix = words[0] + " ";
    std::string choices;
    for (const std::string& name : names)
        if (name.rfind(prefix, 0) == 0) choices += (choices.empty() ? "" : ", ") + name;
    if (!choices.empty()) fail(ErrorCode::BadUsage, "'{}' needs a second word: {}", words[0], choices);
    fail(ErrorCode::BadUsage, "there is no command '{}'{}", words[0], didYouMean(words[0], names));
}

bool wants(const std::vector<std::string>& words, const char* option)
{
    return std::find(words.begin(), words.end(), option) != words.end();
}

int runCommand(const Command& command, const std::vector<std::string>& words, int argc, char** argv)
{
    const auto separator = std::find(words.begin(), words.end(), "--");
    if (wants({words.begin(), separator}, "--help") || wants({words.begin(), separator}, "-h")) {
        std::fputs(commandHelp(command).c_str(), stdout);
        return 0;
    }
    const Arguments arguments = Arguments::parse(words, command.positionals, command.options);
    const auto kind = command.draws ? ProgramSetup::Kind::Paints : ProgramSetup::Kind::Plain;
    const ProgramSetup setup(argc, argv, kind);
    Console console(arguments.has("json"));
    return command.run(arguments, console);
}

// "--external FILE" may stand anywhere. Workers find the files in the environment, as this program does.
void takeExternalTools(int& argc, char** argv)
{
    constexpr std::string_view option = "--external";
    const char* before = std::getenv("PARETOSCOPE_EXTERNAL");
    std::string files = before ? before : "";
    int kept = std::min(argc, 1);
    for (int i = kept; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--") {
            while (i < argc) argv[kept++] = argv[i++];
            break;
        }
        if (word != option && !word.starts_with("--external=")) {
            argv[kept++] = argv[i];
            continue;
        }
        if (word == option && i + 1 == argc) fail(ErrorCode::BadUsage, "'--external' needs a value");
        const std::string file = word == option ? argv[++i] : word.substr(option.size() + 1);
        if (file.empty() || file.find(':') != std::string::npos)
            fail(ErrorCode::BadUsage, "'--external {}': a file whose path has no ':' is needed", file);
        files += (files.empty() ? "" : ":") + std::filesystem::absolute(file).string();
    }
    argc = kept;
    if (!files.empty()) ::setenv("PARETOSCOPE_EXTERNAL", files.c_str(), 1);
}

int fail(const std::string& command, const Error& error)
{
    std::fprintf(stderr, "paretoscope: %s\n", error.what());
    if (error.code() != ErrorCode::BadUsage) return exitFailed;
    std::fprintf(stderr, "'paretoscope %s--help' tells what it takes\n", command.empty() ? "" : (command + " ").c_str());
    return exitBadUsage;
}

} // namespace

int runCommandLine(int argc, char** argv)
{
    std::string name;
    try {
        takeExternalTools(argc, argv);
        std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
        if (words.empty() || opensWindow(words[0])) return openWindow(argc, argv);
        if (words[0] == "--version") return std::printf("paretoscope %s\n", version()), 0;
        if (words[0] == "--help" || words[0] == "-h" || words[0] == "help")
            return std::fputs(generalHelp().c_str(), stdout), 0;
        const auto [command, used] = findCommand(words);
        name = command->name;
        words.erase(words.begin(), words.begin() + std::ptrdiff_t(used));
        return runCommand(*command, words, argc, argv);
    } catch (const Error& error) {
        return fail(name, error);
    } catch (const std::bad_alloc&) {
        return fail(name, Error(ErrorCode::OutOfMemory, "there is not enough memory"));
    } catch (const std::exception& error) {
        return fail(name, Error(ErrorCode::Internal, error.what()));
    }
}

} // namespace paretoscope
