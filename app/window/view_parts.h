// Which parts of the window make a view, and how each is read and written.
#pragma once

namespace paretoscope {

class DimensionsPage;
class FrontierPage;
class SavedViews;
class Workspace;

void addViewParts(SavedViews& views, Workspace& workspace, FrontierPage& frontier, DimensionsPage& dimensions);

} // namespace paretoscope
