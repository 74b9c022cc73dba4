"""What marking a workbook needs: its parts, looks, cells, comments and the two sheets of ours."""
