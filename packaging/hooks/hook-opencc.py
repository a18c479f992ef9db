"""OpenCC's dictionaries and settings, which it opens by their paths."""

from PyInstaller.utils.hooks import collect_data_files

datas = collect_data_files("opencc", includes=["clib/share/opencc/*"])
