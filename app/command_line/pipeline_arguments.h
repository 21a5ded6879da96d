// What commands that open a model share: options, and the pipeline they describe.
#pragma once

#include "app/command_line/arguments.h"
#include "app/command_line/console.h"
#include "core/base/file.h"
#include "core/strategy/recipe.h"

#include <memory>
#include <optional>

namespace paretoscope {

namespace options {
Option json();
Option recipe();
Option seed();
Option threads();
Option backend();
Option calibration();
Option dtype();
Option store();
Option experiment(); // repeated
} // namespace options

Positional modelPositional();

// --output of a command that makes something new. Error(BadUsage) when it is there already: asked
// before the work, not after it.
std::filesystem::path newOutput(const Arguments& arguments);

// --dtype: F32, F16 or BF16; nothing when not given.
std::optional<DType> floatType(const Arguments& arguments);

// A model with a recipe applied to it, and what working with it needs. Move-only in spirit: made
// in place, lives until the command ends.
class PreparedPipeline {
public:
    // --recipe, --seed, --threads, --backend and --calibration, as far as the command has them.
    PreparedPipeline(const std::string& model, const Arguments& arguments, Console& console);
    PreparedPipeline(const PreparedPipeline&) = delete;
    PreparedPipeline& operator=(const PreparedPipeline&) = delete;

    const Model& original() const { return *original_; }
    const Pipeline& pipeline() const { return pipeline_; }
    const Recipe& recipe() const { return recipe_; }
    const std::shared_ptr<const Backend>& backend() const { return workbench_.backend; }
    JobContext& job() { return job_; }

private:
    JobContext job_;
    ScratchFolder scratch_;
    Workbench workbench_;
    Recipe recipe_;
    ModelPtr original_;
    Pipeline pipeline_;
};

} // namespace paretoscope
