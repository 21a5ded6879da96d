// Comma-separated values (RFC 4180): one row a run, plain numbers with full precision.
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/report/cells.h"

#include <cmath>

namespace paretoscope::reports {

namespace {

std::string quoted(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == text.npos) return text;
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"') result += '"';
        result += c;
    }
    return result + '"';
}

class Line {
public:
    void add(const std::string& text)
    {
        if (!first_) text_ += ',';
        first_ = false;
        text_ += quoted(text);
    }
    void add(const std::optional<double>& value)
    {
        add(value && !std::isnan(*value) ? numberText(*value) : std::string());
    }
    void addAll(const std::vector<std::string>& cells)
    {
        for (const std::string& cell : cells)
            add(cell);
    }
    std::string end() const { return text_ + "\r\n"; }

private:
    std::string text_;
    bool first_ = true;
};

void addMeasurement(Line& line, const Measurement* m)
{
    line.add(m ? std::optional(m->value) : std::nullopt);
    line.add(m ? m->standardError : std::nullopt);
    line.add(m ? m->low : std::nullopt);
    line.add(m ? m->high : std::nullopt);
}

std::string write(const ReportInput& input)
{
    const std::vector<Json> settings = settingsOfRuns(input);
    const std::vector<std::string> settingNames = settingColumns(settings);
    const std::vector<std::string> metrics = metricColumns(input);
    Line header;
    header.addAll({"id", "experiment", "model", "recipe", "state"});
    header.addAll(settingNames);
    for (const std::string& name : metrics)
        header.addAll({name, name + "_stderr", name + "_low", name + "_high"});
    header.addAll({"seed", "threads", "backend", "version", "model_fingerprint", "data_fingerprint",
                   "error"});
    std::string text = header.end();
    for (size_t i = 0; i < input.runs.size(); ++i) {
        const Run& run = input.runs[i];
        const Provenance& p = run.provenance;
        Line line;
        line.addAll({std::to_string(run.id), run.experiment, run.request.model, run.request.recipe,
                     runStateName(run.state)});
        for (const std::string& name : settingNames)
            line.add(settingText(settings[i], name));
        for (const std::string& name : metrics)
            addMeasurement(line, run.measurement(name));
        line.addAll({std::to_string(run.request.seed), std::to_string(p.threads), p.backend,
                     p.version, p.modelFingerprint, p.dataFingerprint, run.error});
        text += line.end();
    }
    return text;
}

} // namespace

const Report& csv()
{
    static const Report row{"csv", "csv", "Comma-separated values, for spreadsheets and scripts",
                            write};
    return row;
}

} // namespace paretoscope::reports
