#include "app/command_line/help.h"

#include <algorithm>
#include <fmt/format.h>

namespace paretoscope {

namespace {

struct Row {
    std::string left;
    std::string right;
};

// Two columns, the right one wrapped at 100 characters.
std::string columns(const std::vector<Row>& rows)
{
    constexpr size_t lineWidth = 100;
    size_t width = 0;
    for (const Row& row : rows) width = std::max(width, row.left.size());
    std::string text;
    for (const Row& row : rows) {
        std::string line = fmt::format("  {:<{}}  ", row.left, width);
        const std::string indent(line.size(), ' ');
        size_t begin = 0;
        while (begin < row.right.size()) {
            size_t end = row.right.find(' ', begin);
            end = end == std::string::npos ? row.right.size() : end;
            if (line.size() > indent.size() && line.size() + end - begin > lineWidth) {
                text += line + '\n';
                line = indent;
            }
            line += row.right.substr(begin, end - begin) + (end < row.right.size() ? " " : "");
            begin = end + 1;
        }
        text += line + '\n';
    }
    return text;
}

std::string spelled(const Option& option)
{
    return "--" + option.name + (option.value.empty() ? "" : " " + option.value);
}

} // namespace

std::string usageLine(const Command& command)
{
    std::string line = "paretoscope " + command.name;
    for (const Positional& positional : command.positionals)
        line += positional.optional ? " [" + positional.name + "]" : " " + positional.name;
    for (const Option& option : command.options)
        line += " [" + spelled(option) + "]" + (option.repeated ? "..." : "");
    return line;
}

std::string commandHelp(const Command& command)
{
    std::string text = usageLine(command) + "\n\n" + command.summary + "\n";
    std::vector<Row> rows;
    for (const Positional& positional : command.positionals) rows.push_back({positional.name, positional.help});
    for (const Option& option : command.options)
        rows.push_back({spelled(option), option.help + (option.repeated ? " May be given several times." : "")});
    rows.push_back({"--help", "Show this."});
    return text + "\n" + columns(rows);
}

std::string generalHelp()
{
    std::string text = "paretoscope: explore how far language models can be compressed, and at what price\n\n"
                       "paretoscope                     opens the window\n"
                       "paretoscope COMMAND ...         works without a display\n"
                       "paretoscope COMMAND --help      tells what a command takes\n"
                       "paretoscope --version\n\nCommands:\n";
    std::vector<Row> rows;
    for (const Command* command : commands::all()) rows.push_back({command->name, command->summary});
    return text + columns(rows) +
           "\nMODEL is a Hugging Face folder, a GGUF file, a folder written by compress, or builtin:NAME.\n"
           "A RECIPE is a file or text such as quantization.rtn(bits=4,group_size=128); steps are joined\n"
           "by '+', and 'none' is the uncompressed model. --external FILE, anywhere, adds a tool of yours as a\n"
           "strategy or metric. Exit status: 0 done, 1 failed, 2 bad usage.\n";
}

} // namespace paretoscope
