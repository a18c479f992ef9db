from PySide6.QtCore import QObject, Signal
class Transfers(QObject):
    imported = Signal()
    trouble = Signal(object)
    def __init__(self, window, storage, background, parent): super().__init__(parent)
    def import_file(self): pass
    def export(self, ids, fmt): pass
    def export_open(self, i): pass
