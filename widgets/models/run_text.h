// A run as rich text, for the hover card and the details panel.
#pragma once

#include "core/experiment/experiment.h"

#include <QString>

namespace paretoscope {

// Recipe, experiment, every metric with its interval.
QString runHoverText(const Run& run);

// All of it: metrics, settings, provenance, times, error.
QString runDetailsText(const Run& run);

// The same as plain text, for the clipboard.
QString runPlainText(const Run& run);

} // namespace paretoscope
