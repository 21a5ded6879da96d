// The parts of a report about how it came to be: asked, done, methods, provenance.
#pragma once

#include "core/report/document.h"
#include "core/report/study.h"

namespace paretoscope {

std::string subtitleOf(const Study& study);   // models, date, version
std::string testsCaption(const Study& study); // which tests, how corrected
void addAsked(const Study& study, Document& document);
void addDone(const Study& study, Document& document);
void addMethods(const Study& study, Document& document);
void addProvenance(const Study& study, Document& document);

} // namespace paretoscope
