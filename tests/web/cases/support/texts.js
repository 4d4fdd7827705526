export default { "start.take_number": "Ambil nomor antrean", "hello": "Halo {name}, {name} dan {other}" };
