// Columns of the run table.
#pragma once

#include "core/experiment/experiment.h"

#include <QString>
#include <QVariant>

#include <string>
#include <vector>

namespace paretoscope {

struct RunColumn {
    enum class Kind { State, Id, Experiment, Recipe, Setting, Metric, Duration, Finished };

    Kind kind = Kind::Id;
    std::string name; // of the setting or metric

    bool operator==(const RunColumn&) const = default;

    // Stable text, for settings files: "state", "metric:perplexity".
    std::string key() const;
    static RunColumn fromKey(const std::string& key);

    QString title() const;
    QString toolTip() const;
    bool numeric() const;
    // What RunQuery::sortBy takes; empty when the store cannot sort by this column.
    std::string sortName() const;
    QString text(const Run& run) const;
};

// State, recipe, ... then settings, then metrics: everything that can be shown.
std::vector<RunColumn> allRunColumns(const std::vector<std::string>& settings,
                                     const std::vector<std::string>& metrics);

// "Queued", "Running", "Done", "Failed", "Cancelled".
QString stateTitle(RunState state);
QString stateTitle(const Run& run); // tells a race's early stop from what a user cancelled
// Why a run failed or was stopped early, with the time that saved; empty for others.
QString reasonText(const Run& run);

} // namespace paretoscope
