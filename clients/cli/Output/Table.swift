/// Rows of columns for people, and the same rows for programs.
struct Table {
  struct Row {
    var cells: [String]
    var json: JSON
  }

  var columns: [String]
  var rows: [Row] = []

  init(_ columns: String...) {
    self.columns = columns
  }

  mutating func add(_ cells: String..., json: JSON) {
    rows.append(Row(cells: cells, json: json))
  }

  /// The columns, aligned to the left, the last one as wide as it is.
  var text: String {
    let lines = [columns] + rows.map(\.cells)
    let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { cells in
      var line = ""
      for (index, cell) in cells.enumerated() {
        line += cell
        guard index < cells.count - 1 else { break }
        line += String(repeating: " ", count: widths[index] - cell.count + 2)
      }
      return line
    }.joined(separator: "\n")
  }
}
