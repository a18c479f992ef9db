"""Makes talk.pptx: slides with a title, bullets, runs, a link, a table, a group, a chart and notes."""

import sys

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

deck = Presentation()
slide = deck.slides.add_slide(deck.slide_layouts[1])
slide.shapes.title.text = "A year at the lake"
frame = slide.placeholders[1].text_frame
frame.text = "The ice comes in "
paragraph = frame.paragraphs[0]
run = paragraph.add_run()
run.text = "late November"
run.font.bold = True
paragraph.add_run().text = " and stays until April."
paragraph = frame.add_paragraph()
paragraph.text = "Ask the "
run = paragraph.add_run()
run.text = "weather office"
run.hyperlink.address = "https://example.org/lake"
paragraph.add_run().text = " first."
paragraph = frame.add_paragraph()
paragraph.level = 1
paragraph.text = "Two lines\vin one bullet"
slide.notes_slide.notes_text_frame.text = "Say good morning to everybody.\nThen show the map."

slide = deck.slides.add_slide(deck.slide_layouts[5])
slide.shapes.title.text = "Ice and water"
table = slide.shapes.add_table(2, 2, Inches(0.5), Inches(1.6), Inches(4), Inches(1)).table
for row, column, text in ((0, 0, "Month"), (0, 1, "Thickness"), (1, 0, "January"), (1, 1, "34 cm")):
    table.cell(row, column).text = text
group = slide.shapes.add_group_shape()
box = group.shapes.add_textbox(Inches(0.5), Inches(4), Inches(4), Inches(0.6))
box.text_frame.text = "A box in a group"
data = CategoryChartData()
data.categories = ["Winter", "Summer"]
data.add_series("Water level", (1.2, 2.4))
chart = slide.shapes.add_chart(
    XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(5), Inches(1.6), Inches(4.5), Inches(4), data
).chart
chart.has_title = True
chart.chart_title.text_frame.text = "How high the water is"
deck.core_properties.title = "A year at the lake"
deck.save(sys.argv[1])
