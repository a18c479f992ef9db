"""Makes book.xlsx: shared and rich strings, formulas that compare with texts, a table, a chart, a comment,
a page header, numbers and dates."""

import datetime
import sys

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.worksheet.table import Table, TableStyleInfo

book = Workbook()
sheet = book.active
sheet.title = "Water levels"
rows = (
    ("Month", "Water level", "State"),
    ("January", 1.2, "frozen"),
    ("February", 1.4, "frozen"),
    ("July", 2.4, "open water"),
)
for row in rows:
    sheet.append(row)
sheet.add_table(Table(displayName="Levels", ref="A1:C4", tableStyleInfo=TableStyleInfo("TableStyleMedium2")))
sheet["A6"] = "Months with ice"
sheet["B6"] = '=COUNTIF(C2:C4,"frozen")'
sheet["A7"] = "Seen on"
sheet["B7"] = datetime.date(2026, 7, 1)
sheet["A8"] = CellRichText("Fishing is ", TextBlock(InlineFont(b=True), "never"), " allowed at night.")
sheet["A9"] = "First line\nsecond line"
sheet["A10"] = "open water"
sheet["A6"].comment = Comment("Please check this number.", "Ana")
sheet.column_dimensions["A"].width = 28
sheet.oddHeader.left.text = "Notes from the lake"
sheet.oddFooter.center.text = "Page &P of &N, R&&D only"
chart = BarChart()
chart.title = "How high the water is"
chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=4), titles_from_data=True)
chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=4))
sheet.add_chart(chart, "E2")
other = book.create_sheet("More")
other["A1"] = "A second sheet"
other["A2"] = "open water"
book.properties.title = "Water levels of a year"
book.save(sys.argv[1])
