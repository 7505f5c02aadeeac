// Étiquette à collier pour câble ou chargeur. Licence CC-BY-SA-4.0.
// Se pose avec un collier de serrage de 4 mm ; s'imprime à plat, sans support, en 15 minutes environ.
texte      = "PC-1";  // gravé en creux
longueur   = 46;      // mm
largeur    = 18;      // mm
epaisseur  = 2.4;     // mm
creux      = 0.8;     // mm, profondeur du texte
fente      = [2.2, 6]; // mm, passage du collier
rayon      = 4;       // mm, coins arrondis
$fn = 32;

module plaque() {
  linear_extrude(epaisseur)
    offset(rayon) offset(-rayon) square([longueur, largeur]);
}

difference() {
  plaque();
  for (y = [2.2, largeur - 2.2 - fente[0]])
    translate([3.5, y, -1]) cube([fente[1], fente[0], epaisseur + 2]);
  translate([(longueur + 11) / 2, largeur / 2, epaisseur - creux])
    linear_extrude(creux + 1)
      text(texte, size = 8.5, font = "DejaVu Sans:style=Bold", halign = "center", valign = "center");
}
