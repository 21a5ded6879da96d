// A run as rich text, for the hover card and the details panel.
#pragma once

#include "core/experiment/experiment.h"

#include <QString>

#include <utility>
#include <vector>

namespace paretoscope {

// Recipe, experiment, every metric with its interval.
QString runHoverText(const Run& run);

// All of it: metrics, settings, provenance, times, error.
QString runDetailsText(const Run& run);

// The same as plain text, for the clipboard.
QString runPlainText(const Run& run);

// Recipe, settings, model, texts, seed, machine, fingerprints: name and value, without the notes.
std::vector<std::pair<QString, QString>> runOriginRows(const Run& run);

} // namespace paretoscope
